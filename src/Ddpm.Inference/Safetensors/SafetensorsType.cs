namespace Ddpm.Models;

/// <summary>Lists the element types that a safetensors file may have here, under the names of the format.</summary>
public enum SafetensorsType
{
    /// <summary>Stores numbers as float64.</summary>
    F64,

    /// <summary>Stores numbers as float32.</summary>
    F32,

    /// <summary>Stores numbers as float16, IEEE half precision.</summary>
    F16,

    /// <summary>Stores numbers as bfloat16, the upper half of a float32.</summary>
    BF16,

    /// <summary>Stores whole numbers of 64 bits.</summary>
    I64,

    /// <summary>Stores whole numbers of 32 bits.</summary>
    I32,

    /// <summary>Stores whole numbers of 16 bits.</summary>
    I16,

    /// <summary>Stores whole numbers of 8 bits.</summary>
    I8,

    /// <summary>Stores whole numbers of 8 bits without a sign.</summary>
    U8,

    /// <summary>Stores a byte of 0 or 1.</summary>
    BOOL,
}
