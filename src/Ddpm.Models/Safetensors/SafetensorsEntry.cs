using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Begin">Where its bytes begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
public sealed record SafetensorsEntry(string Name, ScalarType ElementType, ImmutableArray<long> Shape, long Begin, long End);
