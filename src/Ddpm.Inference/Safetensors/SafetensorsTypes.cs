namespace Ddpm.Models;

/// <summary>The names that the format gives to element types, and their sizes in bytes.</summary>
internal static class SafetensorsTypes
{
    private static readonly string[] Names = Enum.GetNames<SafetensorsType>();

    // In the order of the enumeration.
    private static readonly int[] Sizes = [8, 4, 2, 2, 8, 4, 2, 1, 1, 1];

    /// <summary>Returns the type of a name in the format; null where it is unknown.</summary>
    public static SafetensorsType? Find(string name)
    {
        int index = Array.IndexOf(Names, name);
        return index < 0 ? null : (SafetensorsType)index;
    }

    /// <summary>Returns the name of a type in the format.</summary>
    public static string Name(this SafetensorsType type) => Names[(int)type];

    /// <summary>Returns the bytes of an element.</summary>
    public static int Size(this SafetensorsType type) => Sizes[(int)type];

    /// <summary>Returns whether a type holds floating-point numbers.</summary>
    public static bool IsFloatingPoint(this SafetensorsType type) => type <= SafetensorsType.BF16;
}
