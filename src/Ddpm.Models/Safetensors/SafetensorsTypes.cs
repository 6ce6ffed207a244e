using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The names that the format gives to element types, and their sizes in bytes.</summary>
internal static class SafetensorsTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static (ScalarType Type, int Size)? Find(string name)
    {
        foreach ((string known, ScalarType type, int size) in Known)
        {
            if (known == name) return (type, size);
        }

        return null;
    }

    public static (string Name, int Size)? Find(ScalarType type)
    {
        foreach ((string name, ScalarType known, int size) in Known)
        {
            if (known == type) return (name, size);
        }

        return null;
    }
}
