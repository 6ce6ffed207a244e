namespace Ddpm.Core;

/// <summary>
/// What PyTorch computes in float32, in plain arithmetic: torch's own results depend on the machine's vector width and on the library it
/// was built with (its square root is off by a bit in some builds).
/// </summary>
internal static class SinglePrecision
{
    private const int Lanes = 8;

    /// <summary>Returns torch.linspace in float32 with vectors of 256 bits and fused multiplication, its commonest form.</summary>
    public static float[] Linspace(double first, double last, int count)
    {
        float start = (float)first, end = (float)last;
        var values = new float[count];
        if (count == 1)
        {
            values[0] = start;
            return values;
        }

        float step = (end - start) / (count - 1);
        // The first half counts from the start, the second from the end; a whole vector goes by its first element.
        float Single(int i) => i < count / 2 ? MathF.FusedMultiplyAdd(step, i, start) : MathF.FusedMultiplyAdd(-step, count - i - 1, end);
        for (int i = 0; i < count; i++)
        {
            int lane = i % Lanes, block = i - lane;
            values[i] = block + Lanes <= count ? MathF.FusedMultiplyAdd(step, lane, Single(block)) : Single(i);
        }

        return values;
    }

    /// <summary>Returns torch.cumprod of 1 - β in float32: accumulated in float64, each entry rounded.</summary>
    public static float[] AlphaBars(float[] betas)
    {
        double product = 1;
        return [.. betas.Select(beta => (float)(product *= 1 - beta))];
    }

    /// <summary>Returns 1 - ᾱ_t/ᾱ_{t-1} in float32.</summary>
    public static float[] BetasOf(float[] alphaBars) =>
        [.. alphaBars.Select((alphaBar, t) => 1 - (t == 0 ? alphaBar : alphaBar / alphaBars[t - 1]))];
}
