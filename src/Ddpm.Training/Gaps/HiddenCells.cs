using Ddpm.Core;

namespace Ddpm.Training;

/// <summary>
/// Chooses the cells of a window that a training step hides from the network and asks for, as CSDI does (Tashiro et al. 2021,
/// arXiv:2107.03502, section 4.3): in half of the windows single cells, any share of them; in the others a block, in all columns or some.
/// </summary>
internal static class HiddenCells
{
    /// <summary>Marks the hidden cells, which are observed, and at least one where any is.</summary>
    /// <param name="observed">Whether each cell of the window is observed, [columns · length].</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="random">The numbers of this window in this step.</param>
    /// <param name="hidden">Receives the marks.</param>
    public static void Choose(ReadOnlySpan<bool> observed, int columns, CounterBasedRandom random, Span<bool> hidden)
    {
        int length = observed.Length / columns;
        hidden.Clear();
        if (random.Uniform(0) < 0.5) Points(random, hidden);
        else Block(length, columns, random, hidden);
        bool any = false;
        for (int cell = 0; cell < hidden.Length; cell++) any |= hidden[cell] &= observed[cell];
        if (any) return;
        int first = (int)random.UniformBelow(1, observed.Length);
        for (int i = 0; i < observed.Length; i++)
        {
            int cell = (first + i) % observed.Length;
            if (!observed[cell]) continue;
            hidden[cell] = true;
            return;
        }
    }

    private static void Points(CounterBasedRandom random, Span<bool> hidden)
    {
        double share = random.Uniform(1);
        for (int cell = 0; cell < hidden.Length; cell++) hidden[cell] = random.Uniform(16 + (uint)cell) < share;
    }

    // Lengths are log-uniform from 1 to half of the window: as many gaps of 1 … 2 rows as of 16 … 32.
    private static void Block(int length, int columns, CounterBasedRandom random, Span<bool> hidden)
    {
        int longest = Math.Max(1, length / 2);
        int rows = Math.Min(longest, (int)Math.Exp(random.Uniform(1) * Math.Log(longest + 1)));
        int start = (int)random.UniformBelow(2, length - rows + 1);
        bool all = random.Uniform(3) < 0.5;
        int one = (int)random.UniformBelow(4, columns);
        for (int column = 0; column < columns; column++)
        {
            if (!all && column != one && random.Uniform(16 + (uint)column) < 0.5) continue;
            hidden.Slice(column * length + start, rows).Fill(true);
        }
    }
}
