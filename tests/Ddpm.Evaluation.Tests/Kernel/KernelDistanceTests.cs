using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Kernel;

public sealed class KernelDistanceTests
{
    [Fact]
    public void Discrepancy_SetsOfAnotherProgram_GiveItsNumbers()
    {
        // Computed by NumPy from the formula of Bińkowski et al., eq. 4.
        using Tensor x = GoldenRandom.Fill(GoldenRandom.Normal, "kid_x", 60, 8),
            y = GoldenRandom.Fill(GoldenRandom.Normal, "kid_y", 45, 8) * 1.2 + 0.3,
            z = GoldenRandom.Fill(GoldenRandom.Normal, "kid_z", 60, 8);
        KernelDistance.Discrepancy(x, y).Should().BeApproximately(0.3651158700543178, 1e-12);
        KernelDistance.Discrepancy(x, z).Should().BeApproximately(-0.08410517710677157, 1e-12);
    }

    [Fact]
    public void Compute_WholeSets_IsTheDiscrepancyInAnyOrder()
    {
        using Tensor x = GoldenRandom.Fill(GoldenRandom.Normal, "kid_x", 60, 8), y = GoldenRandom.Fill(GoldenRandom.Normal, "kid_z", 60, 8);
        KernelDistanceResult result = KernelDistance.Compute(x, y, subsets: 3, subsetSize: 60);
        result.Mean.Should().BeApproximately(-0.08410517710677157, 1e-12);
        result.StandardDeviation.Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Compute_SubsetsThatAreASet_IsLogged()
    {
        using Tensor x = randn([40, 4], generator: new Generator(1)), y = randn([30, 4], generator: new Generator(2));
        var log = new ListLogger();
        KernelDistance.Compute(x, y, 2, 29, logger: log);
        log.Lines.Should().BeEmpty();
        KernelDistance.Compute(x, y, 2, 30, logger: log);
        log.Lines.Should().ContainSingle().Which.Should().StartWith("Each subset of the kernel distance is a whole set of 30 samples");
    }

    [Fact]
    public void Compute_Subsets_AreUnbiasedAndOfTheSeed()
    {
        using Tensor x = randn([400, 4], generator: new Generator(1)), y = randn([300, 4], generator: new Generator(2)), far = y + 1;
        KernelDistanceResult result = KernelDistance.Compute(x, y, 50, 100, seed: 1);
        result.Subsets.Should().Equal(KernelDistance.Compute(x, y, 50, 100, seed: 1).Subsets);
        result.Subsets.Should().NotEqual(KernelDistance.Compute(x, y, 50, 100, seed: 2).Subsets);
        Math.Abs(result.Mean - KernelDistance.Discrepancy(x.to(float64), y.to(float64)))
            .Should().BeLessThan(5 * result.StandardDeviation / Math.Sqrt(50));
        KernelDistance.Compute(x, far, 50, 100).Mean.Should().BeGreaterThan(20 * Math.Abs(result.Mean));
        FluentActions.Invoking(() => KernelDistance.Compute(x, y, 5, 301)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("subsetSize must be 2 … 300, the size of the smaller set, but is 301*");
        FluentActions.Invoking(() => KernelDistance.Compute(x, y, 5, 10, cancellationToken: new CancellationToken(true)))
            .Should().Throw<OperationCanceledException>();
    }
}
