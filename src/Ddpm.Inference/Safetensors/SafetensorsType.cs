namespace Ddpm.Models;

/// <summary>The types of elements that a safetensors file can hold here, under the format's own names.</summary>
public enum SafetensorsType
{
    /// <summary>float64.</summary>
    F64,

    /// <summary>float32.</summary>
    F32,

    /// <summary>float16: IEEE half precision.</summary>
    F16,

    /// <summary>bfloat16: the upper half of a float32.</summary>
    BF16,

    /// <summary>Whole numbers of 64 bits.</summary>
    I64,

    /// <summary>Whole numbers of 32 bits.</summary>
    I32,

    /// <summary>Whole numbers of 16 bits.</summary>
    I16,

    /// <summary>Whole numbers of 8 bits.</summary>
    I8,

    /// <summary>Whole numbers of 8 bits without a sign.</summary>
    U8,

    /// <summary>A byte of 0 or 1.</summary>
    BOOL,
}
