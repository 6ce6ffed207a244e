using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Guidance away from a worse prediction: ε_∅ + w (ε_c - ε_∅). The worse one does not know the conditions (Ho and Salimans 2022,
/// arXiv:2207.12598), or is a weaker network's (Karras et al. 2024, arXiv:2406.02507).
/// </summary>
/// <param name="Scale">w; 1 is none.</param>
/// <param name="Rescale">
/// φ: how much is scaled back to the standard deviation of the conditional prediction (Lin et al. 2023, arXiv:2305.08891, sec. 3.4).
/// </param>
/// <param name="Interval">The timesteps in which it acts; null for all.</param>
internal readonly record struct Guidance(double Scale, double Rescale, GuidanceInterval? Interval)
{
    /// <summary>Gets whether it acts anywhere.</summary>
    public bool IsOn => Scale != 1;

    /// <summary>Gets whether it acts at a timestep that the network is told.</summary>
    public bool ActsAt(int time) => IsOn && Interval?.Contains(time) != false;

    /// <summary>Guides the prediction of one sample.</summary>
    /// <param name="with">The better prediction.</param>
    /// <param name="without">The worse one.</param>
    /// <param name="guided">Receives the guided prediction.</param>
    public void Apply(ReadOnlySpan<float> with, ReadOnlySpan<float> without, Span<float> guided)
    {
        float scale = (float)Scale;
        for (int i = 0; i < guided.Length; i++) guided[i] = without[i] + scale * (with[i] - without[i]);
        if (Rescale == 0) return;
        float back = (float)Rescale * Deviation(with) / Deviation(guided) + (float)(1 - Rescale);
        for (int i = 0; i < guided.Length; i++) guided[i] *= back;
    }

    private static float Deviation(ReadOnlySpan<float> x)
    {
        double mean = 0, squares = 0;
        foreach (float value in x) mean += value;
        mean /= x.Length;
        foreach (float value in x) squares += (value - mean) * (value - mean);
        return (float)Math.Sqrt(squares / (x.Length - 1));
    }
}
