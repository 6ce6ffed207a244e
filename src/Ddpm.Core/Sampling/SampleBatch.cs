using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Holds finished samples and owns their tensor.</summary>
public sealed class SampleBatch : IDisposable
{
    internal SampleBatch(ImmutableArray<long> indices, Tensor samples)
    {
        Indices = indices;
        Samples = samples;
    }

    /// <summary>Gets the number of each sample.</summary>
    public ImmutableArray<long> Indices { get; }

    /// <summary>Gets the samples, [B, …].</summary>
    public Tensor Samples { get; }

    /// <summary>Frees the memory of the samples.</summary>
    public void Dispose() => Samples.Dispose();
}
