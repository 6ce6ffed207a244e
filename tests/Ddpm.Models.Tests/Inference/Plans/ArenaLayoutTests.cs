namespace Ddpm.Models.Tests.Inference.Plans;

public sealed class ArenaLayoutTests
{
    [Fact]
    public void Of_RandomLives_NoTwoShareWhileBothLive()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            Plane[] features = [.. Enumerable.Range(0, 40).Select(_ =>
            {
                int first = random.Next(30);
                return new Plane(1, new PlaneSize(1 + random.Next(4), 1 + random.Next(4)), 1 + random.Next(50))
                {
                    FirstStep = first,
                    LastStep = first + random.Next(8),
                };
            })];
            (long[] offsets, long floats) = ArenaLayout.Of(features);
            for (int i = 0; i < features.Length; i++)
            {
                (offsets[i] % Plane.Block).Should().Be(0, "features begin at cache lines");
                (offsets[i] + features[i].Floats).Should().BeLessThanOrEqualTo(floats);
                for (int j = 0; j < i; j++)
                {
                    bool together = features[i].FirstStep <= features[j].LastStep && features[j].FirstStep <= features[i].LastStep;
                    bool apart = offsets[i] + features[i].Floats <= offsets[j] || offsets[j] + features[j].Floats <= offsets[i];
                    (apart || !together).Should().BeTrue("seed {0}, features {1} and {2}", seed, i, j);
                }
            }
        }
    }

    [Fact]
    public void Of_Chain_TakesTwoPlaces()
    {
        Plane[] features = [.. Enumerable.Range(0, 10)
            .Select(step => new Plane(2, new PlaneSize(4, 4), 16) { FirstStep = step, LastStep = step + 1 })];
        ArenaLayout.Of(features).Floats.Should().Be(2 * features[0].Floats, "a step reads one feature and writes the next");
    }
}
