using Ddpm.Core;

namespace Ddpm.Training.Tests.Gaps;

public sealed class HiddenCellsTests
{
    private const int Columns = 3, Length = 32;

    [Fact]
    public void Choose_ManyWindows_HidesObservedCellsInPointsAndBlocks()
    {
        bool[] observed = [.. Enumerable.Range(0, Columns * Length).Select(cell => cell % 7 != 0)];
        var hidden = new bool[observed.Length];
        int blocks = 0, lone = 0;
        for (int window = 0; window < 1000; window++)
        {
            HiddenCells.Choose(observed, Columns, new CounterBasedRandom(4, window, 0), hidden);
            hidden.Should().Contain(true).And.HaveCount(observed.Length);
            hidden.Zip(observed).Should().OnlyContain(cell => !cell.First || cell.Second, "what is a gap cannot be asked for");
            // A block has one run of rows.
            int[] rows = [.. Enumerable.Range(0, Length).Where(row => Enumerable.Range(0, Columns).Any(c => hidden[c * Length + row]))];
            if (rows[^1] - rows[0] < Length / 2) blocks++;
            if (hidden.Count(cell => cell) < 4) lone++;
        }

        blocks.Should().BeInRange(450, 600);
        lone.Should().BeGreaterThan(50, "short gaps are asked for too");
    }

    [Fact]
    public void Choose_OneObservedCell_HidesIt()
    {
        var observed = new bool[Columns * Length];
        observed[17] = true;
        var hidden = new bool[observed.Length];
        for (int window = 0; window < 50; window++)
        {
            HiddenCells.Choose(observed, Columns, new CounterBasedRandom(4, window, 0), hidden);
            hidden.Should().Equal(observed);
        }
    }
}
