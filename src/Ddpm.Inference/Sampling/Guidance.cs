namespace Ddpm.Inference;

/// <summary>Classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598): ε_∅ + w (ε_c - ε_∅).</summary>
/// <param name="Scale">w; 1 is none.</param>
/// <param name="Rescale">
/// φ: how much is scaled back to the standard deviation of the conditional prediction (Lin et al. 2023, arXiv:2305.08891, sec. 3.4).
/// </param>
internal readonly record struct Guidance(double Scale, double Rescale)
{
    /// <summary>Gets whether the network is asked twice.</summary>
    public bool IsOn => Scale != 1;

    /// <summary>Guides the prediction of one sample.</summary>
    /// <param name="with">The prediction that knows the class.</param>
    /// <param name="without">The prediction that does not.</param>
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
