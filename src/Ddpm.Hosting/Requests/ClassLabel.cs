using System.Globalization;

namespace Ddpm.Hosting;

/// <summary>Names a class by its number or by its name. Both convert by themselves: <c>Labels = [3, "Shirt"]</c>.</summary>
public readonly record struct ClassLabel
{
    private ClassLabel(int? number, string? name) => (Number, Name) = (number, name);

    /// <summary>Gets the number; null for a name.</summary>
    public int? Number { get; }

    /// <summary>Gets the name; null for a number.</summary>
    public string? Name { get; }

    /// <summary>Converts a number.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator ClassLabel(int number) => FromInt32(number);

    /// <summary>Converts a name.</summary>
    /// <param name="name">The name.</param>
    public static implicit operator ClassLabel(string name) => FromString(name);

    /// <summary>Converts a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The label.</returns>
    public static ClassLabel FromInt32(int number) => new(number, null);

    /// <summary>Converts a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The label.</returns>
    public static ClassLabel FromString(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new ClassLabel(null, name);
    }

    /// <summary>Returns the number or the name.</summary>
    public override string ToString() => Name ?? Number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
