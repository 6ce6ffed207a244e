using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests;

public sealed class DataCopyingTests
{
    [Fact]
    public void Compute_TinyCase_IsWorkedOutByHand()
    {
        // To 0 and 10: samples 1, 2 and 4 away, held-out examples 2 and 5. Of six pairs the sample is nearer in 2 + 1.5 + 1.
        using Tensor training = Column(0, 10), samples = Column(1, 8, -4), heldOut = Column(2, 15);

        DataCopyingResult result = DataCopying.Compute(training, heldOut, samples);

        result.SampleDistance.Should().Be(2);
        result.HeldOutDistance.Should().Be(3.5);
        result.NearerProbability.Should().BeApproximately(4.5 / 6, 1e-15);
        // U = 6 · 0.25 = 1.5, its mean 3, its variance 3 · 2 · 6 / 12 = 3.
        result.ZScore.Should().BeApproximately((1.5 - 3) / Math.Sqrt(3), 1e-12);
    }

    [Fact]
    public void Compute_CopiesEqualsAndStrangers_AreToldApart()
    {
        using var scope = NewDisposeScope();
        Tensor training = Normal(400, 1), heldOut = Normal(200, 2), own = Normal(200, 3);
        DataCopying.Compute(training, heldOut, own).ZScore.Should().BeInRange(-3, 3);

        // A hundredth of the noise away from training examples, and spread too far.
        DataCopying.Compute(training, heldOut, training[..200] + 0.01 * own).ZScore.Should().BeLessThan(-10);
        DataCopying.Compute(training, heldOut, 3 * own).ZScore.Should().BeGreaterThan(10);
        DataCopyingResult exact = DataCopying.Compute(training, heldOut, training[..200]);
        exact.SampleDistance.Should().Be(0);
        exact.NearerProbability.Should().Be(1);
    }

    [Fact]
    public void Compute_ManyDraws_HaveTheDeviationOfTheStatistic()
    {
        using var scope = NewDisposeScope();
        double[] scores = [.. Enumerable.Range(0, 200).Select(draw =>
        {
            using var inner = NewDisposeScope();
            // Far from every other training example, so that distances are those of one point: independent.
            return DataCopying.Compute(zeros([1, 2], float64), Normal(25, 2 * draw + 10), Normal(40, 2 * draw + 11)).ZScore;
        })];
        scores.Average().Should().BeApproximately(0, 4 / Math.Sqrt(200));
        Math.Sqrt(scores.Average(score => score * score)).Should().BeApproximately(1, 0.2);
    }

    [Theory]
    [InlineData(new double[0], new[] { 1.0 }, "heldOut must have at least one distance, but has none*")]
    [InlineData(new[] { 1.0 }, new double[0], "samples must have at least one distance, but has none*")]
    [InlineData(new[] { 1.0 }, new[] { 2, double.NaN }, "samples must hold distances ≥ 0, but one is NaN*")]
    [InlineData(new[] { -1.0 }, new[] { 2.0 }, "heldOut must hold distances ≥ 0, but one is -1*")]
    public void Compare_BadInput_NamesTheArgument(double[] heldOut, double[] samples, string message) =>
        FluentActions.Invoking(() => DataCopying.Compare(heldOut, samples)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void Compute_BadInput_NamesTheArgumentAndLeavesNothing()
    {
        using Tensor good = randn(10, 3), narrow = randn(10, 2), flat = randn(10), nan = full([10, 3], float.NaN);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        FluentActions.Invoking(() => DataCopying.Compute(good, narrow, good)).Should().Throw<ArgumentException>()
            .WithMessage("heldOut must have features of width 3 like training, but has 2*");
        FluentActions.Invoking(() => DataCopying.Compute(good, good, narrow)).Should().Throw<ArgumentException>()
            .WithMessage("samples must have features of width 3 like training, but has 2*");
        FluentActions.Invoking(() => DataCopying.Compute(flat, good, good)).Should().Throw<ArgumentException>().WithMessage("training*");
        FluentActions.Invoking(() => DataCopying.Compute(good, good, nan)).Should().Throw<ArgumentException>()
            .WithMessage("samples must be finite*");
        FluentActions.Invoking(() => DataCopying.Compute(good, good, good, new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
        DataCopying.Compute(good, good, good);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static Tensor Column(params double[] values) => tensor(values).reshape(-1, 1);

    private static Tensor Normal(int count, int seed) => randn([count, 2], float64, generator: new Generator((ulong)seed));
}
