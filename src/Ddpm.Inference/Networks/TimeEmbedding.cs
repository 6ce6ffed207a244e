namespace Ddpm.Inference;

/// <summary>
/// Tells a network its timestep: sines and cosines, then two dense layers with a SiLU between (Ho et al. 2020, arXiv:2006.11239, appendix
/// B).
/// </summary>
internal static class TimeEmbedding
{
    /// <summary>Adds the layers of the network.</summary>
    /// <param name="net">Takes the layers.</param>
    /// <param name="name">The name before those of the layers.</param>
    /// <param name="channels">The numbers of the sines and cosines.</param>
    /// <param name="features">The numbers of the embedding.</param>
    /// <param name="frequencyShift">The number that is subtracted from the number of frequencies in the exponent.</param>
    /// <param name="cosineFirst">Whether cosines come before sines.</param>
    public static Feature Describe(NetworkBuilder net, string name, int channels, int features, double frequencyShift, bool cosineFirst)
    {
        Feature sinusoid = net.Sinusoid(channels, frequencyShift, cosineFirst);
        return net.Linear($"{name}.linear_2", net.Silu(net.Linear($"{name}.linear_1", sinusoid, features)), features);
    }
}
