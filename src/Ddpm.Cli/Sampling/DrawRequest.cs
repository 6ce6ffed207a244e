namespace Ddpm.Cli.Sampling;

/// <summary>Which samples of a plan are drawn.</summary>
/// <param name="First">The number of the first.</param>
/// <param name="Count">How many.</param>
internal sealed record DrawRequest(long First, int Count)
{
    /// <summary>Samples that exist already; null for none.</summary>
    public IReadOnlySet<long>? Skip { get; init; }

    /// <summary>x_T of each sample, [Count, C, H, W], in place of noise; null for noise.</summary>
    public ReadOnlyMemory<float>? Start { get; init; }

    /// <summary>Whether batches have the noise that they began with.</summary>
    public bool KeepsNoise { get; init; }
}
