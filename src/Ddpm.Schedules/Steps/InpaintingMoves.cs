namespace Ddpm.Core;

/// <summary>The order of RePaint's moves (Lugmayr et al. 2022, arXiv:2201.09865), for engines on tensors and on spans.</summary>
internal static class InpaintingMoves
{
    /// <summary>Lists the moves: (t, t-1) is a move down, (t-1, t) a move up; -1 is x_0.</summary>
    /// <param name="timesteps">T of the process.</param>
    /// <param name="options">How it goes back and forth.</param>
    /// <returns>The moves, from T-1 down to x_0.</returns>
    /// <remarks>As the authors' schedule: wherever a stretch of the jump's length has been passed, it is passed again.</remarks>
    public static IEnumerable<(int From, int To)> Of(int timesteps, InpaintingOptions options)
    {
        var left = new Dictionary<int, int>();
        for (int t = 0; t < timesteps - options.JumpLength; t += options.JumpLength) left[t] = options.Resamples - 1;
        int at = timesteps - 1;
        while (at >= 0)
        {
            yield return (at, at - 1);
            at--;
            if (at < 0 || !left.TryGetValue(at, out int times) || times == 0) continue;
            left[at] = times - 1;
            for (int i = 0; i < options.JumpLength; i++)
            {
                yield return (at, at + 1);
                at++;
            }
        }
    }
}
