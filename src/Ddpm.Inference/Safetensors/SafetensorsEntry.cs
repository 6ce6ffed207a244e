using System.Collections.Immutable;

namespace Ddpm.Models;

/// <summary>Describes one tensor of a safetensors file.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">The tensor's shape.</param>
/// <param name="Begin">The place where its bytes begin, counted from the end of the header.</param>
/// <param name="End">The place where its bytes end.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, ImmutableArray<long> Shape, long Begin, long End)
{
    /// <summary>Gets the number of elements.</summary>
    public long Elements => (End - Begin) / Type.Size();

    /// <summary>Type and shape, as "F32 [16, 3]".</summary>
    internal string Describe() => $"{Type} [{string.Join(", ", Shape)}]";
}
