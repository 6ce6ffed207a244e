using Ddpm.Core;

namespace Ddpm.Training.Tests.Gaps;

public sealed class GapPlanTests
{
    [Fact]
    public void Of_AnyGaps_EachRowIsFilledOnceByAWindowAroundIt()
    {
        for (int trial = 0; trial < 200; trial++)
        {
            var random = new CounterBasedRandom(seed: 1, trial, 0);
            int rows = 1 + (int)random.UniformBelow(0, 300), length = 4 * (2 + (int)random.UniformBelow(1, 14));
            double share = random.Uniform(2);
            bool[] gaps = [.. Enumerable.Range(0, rows).Select(row => random.Uniform(10 + (uint)row) < share)];
            IReadOnlyList<GapWindow> windows = GapPlan.Of(gaps, length);
            windows.SelectMany(window => Enumerable.Range(window.First, window.Last - window.First + 1)).Where(row => gaps[row])
                .Should().Equal(Enumerable.Range(0, rows).Where(row => gaps[row]));
            foreach (GapWindow window in windows)
            {
                (window.Start <= window.First && window.Last < window.Start + length).Should().BeTrue();
                (window.Start == 0 || window.First - window.Start >= length / 4).Should().BeTrue("it sees a quarter before");
                (window.Start + length >= rows || window.Start + length - 1 - window.Last >= length / 4 - 1)
                    .Should().BeTrue("and one after");
            }

            foreach (IGrouping<int, GapWindow> wave in windows.GroupBy(window => window.Wave))
            {
                wave.Zip(wave.Skip(1)).All(pair => pair.Second.Start - pair.First.Start >= length)
                    .Should().BeTrue("a wave does not overlap");
            }
        }
    }

    [Fact]
    public void Of_AWholeSeriesOfGaps_TakesFewWaves()
    {
        GapPlan.Of([.. Enumerable.Repeat(true, 10_000)], 64).Max(window => window.Wave).Should().BeLessThan(4);
        GapPlan.Of([.. Enumerable.Repeat(false, 100)], 64).Should().BeEmpty();
    }
}
