namespace Ddpm.Onnx;

/// <summary>The element types that exported models use, under ONNX's numbers for them (TensorProto.DataType).</summary>
internal enum OnnxType
{
    /// <summary>float32.</summary>
    Float32 = 1,

    /// <summary>Whole numbers of 64 bits.</summary>
    Int64 = 7,

    /// <summary>IEEE half precision.</summary>
    Float16 = 10,

    /// <summary>The upper half of a float32.</summary>
    BFloat16 = 16,
}
