namespace Ddpm.Inference;

/// <summary>
/// [sin(t f) | cos(t f)] with f_i = 10000^(-i/(half - shift)) (Vaswani et al. 2017, arXiv:1706.03762, sec. 3.5); a zero is appended where
/// the channels are odd.
/// </summary>
internal sealed class SinusoidOperation(int channels, double frequencyShift, bool cosineFirst) : Operation
{
    /// <summary>Gets how many numbers a timestep becomes.</summary>
    public int Channels => channels;

    /// <summary>Gets the number that is subtracted from the number of frequencies in the exponent.</summary>
    public double FrequencyShift => frequencyShift;

    /// <summary>Gets whether cosines come before sines.</summary>
    public bool CosineFirst => cosineFirst;

    /// <summary>Gets the number of frequencies.</summary>
    public int Half => channels / 2;

    /// <summary>The frequencies, in float32 as libtorch computes them.</summary>
    public float[] Frequencies()
    {
        float exponent = (float)-Math.Log(10000), last = (float)(Half - FrequencyShift);
        return [.. Enumerable.Range(0, Half).Select(i => (float)Math.Exp(i * exponent / last))];
    }
}
