using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Neighbours;

public sealed class DensityCoverageTests
{
    [Fact]
    public void Compute_TinyCase_IsWorkedOutByHand()
    {
        // Real 0, 1, 3 with k = 1: balls [-1, 1], [0, 2], [1, 5]. Generated 1 lies in all three, 4 in the last, 9 in none.
        using Tensor real = tensor(new[] { 0.0, 1, 3 }).reshape(3, 1), generated = tensor(new[] { 1.0, 4, 9 }).reshape(3, 1),
            one = tensor(new[] { 4.0 }).reshape(1, 1);
        DensityCoverage.Compute(real, generated, 1).Should().Be(new DensityCoverageResult(4.0 / 3, 1));
        DensityCoverage.Compute(real, one, 1).Should().Be(new DensityCoverageResult(1, 1.0 / 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    public void Compute_EqualSets_HasTheirBoundaries(int blockRows)
    {
        using Tensor set = randn([40, 3], generator: new Generator(1)), far = set + 1000;
        // Each ball holds its centre and k others: (k + 1)/k.
        DensityCoverage.Compute(set, set, 3, blockRows, default).Should().Be(new DensityCoverageResult(4.0 / 3, 1));
        DensityCoverage.Compute(set, far, 3, blockRows, default).Should().Be(new DensityCoverageResult(0, 0));
        FluentActions.Invoking(() => DensityCoverage.Compute(set, far, 40)).Should().Throw<ArgumentException>()
            .WithMessage("real must have more than k = 40 rows, but has 40*");
    }
}
