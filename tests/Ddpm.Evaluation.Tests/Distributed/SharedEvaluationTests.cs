using Ddpm.Core;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Distributed;

/// <summary>Statistics that several ranks share are those of one; the third has no image.</summary>
public sealed class SharedEvaluationTests
{
    [Fact]
    public void Statistics_ThreeRanks_AreThoseOfOne()
    {
        using Tensor images = Images();
        using FeatureStatistics one = FeatureExtraction.Statistics(new PixelFeatures(), [images.clone()]);
        double[][] all = ThreadRanks.Run(3, ranks =>
        {
            using FeatureStatistics shared = FeatureExtraction.Statistics(new PixelFeatures(), Share(images, ranks), ranks);
            shared.Count.Should().Be(9);
            using Tensor mean = (shared.Mean - one.Mean).abs().max(), covariance = (shared.Covariance - one.Covariance).abs().max();
            return new[] { mean.item<double>(), covariance.item<double>() };
        });
        all.Should().AllSatisfy(differences => differences.Should().OnlyContain(difference => difference < 1e-13));
    }

    [Fact]
    public void Features_ThreeRanks_AreThoseOfOneInOrder()
    {
        using Tensor images = Images(), one = FeatureExtraction.Features(new PixelFeatures(), [images.clone()]);
        bool[] equal = ThreadRanks.Run(3, ranks =>
        {
            using Tensor shared = FeatureExtraction.Features(new PixelFeatures(), Share(images, ranks), ranks);
            return shared.Equals(one);
        });
        equal.Should().Equal(true, true, true);
    }

    [Fact]
    public void Merge_LargeMean_LosesNoDigits()
    {
        // Sums of squares would lose the variance of 1 beside 10¹⁶.
        using Tensor features = randn(100, 2, dtype: float64, generator: new Generator(1)) + 1e8;
        using FeatureStatistics one = FeatureStatistics.Of(features);
        double[] errors = ThreadRanks.Run(2, ranks =>
        {
            using var accumulator = new FeatureAccumulator(2);
            using (Tensor share = features.narrow(0, 50 * ranks.Rank, 50)) accumulator.Add(share);
            accumulator.Merge(ranks);
            using FeatureStatistics shared = accumulator.Statistics();
            using Tensor difference = (shared.Covariance - one.Covariance).abs().max();
            return difference.item<double>();
        });
        errors.Should().OnlyContain(error => error < 1e-6);
    }

    [Fact]
    public void Statistics_NoImageAnywhere_IsRefusedOnAll() =>
        FluentActions.Invoking(() => ThreadRanks.Run(2, ranks => FeatureExtraction.Statistics(new PixelFeatures(), [], ranks)))
            .Should().Throw<AggregateException>().Which.InnerExceptions.Should().HaveCount(2).And.AllBeOfType<ArgumentException>();

    [Fact]
    public void Merge_OtherNumberOfFeatures_IsRefused()
    {
        Action act = () => ThreadRanks.Run(2, ranks =>
        {
            using var accumulator = new FeatureAccumulator(2 + ranks.Rank);
            accumulator.Merge(ranks);
            return 0;
        });
        act.Should().Throw<AggregateException>().WithInnerException<DistributedException>()
            .WithMessage("All ranks must have the same number of features, but have 2, 3.");
    }

    private static Tensor Images() => arange(9 * 12, dtype: int64).mul(53).remainder(251).to(uint8).reshape(9, 1, 3, 4);

    private static IEnumerable<Tensor> Share(Tensor images, ICommunicator ranks) => ranks.Rank switch
    {
        0 => [images.narrow(0, 0, 2).clone(), images.narrow(0, 2, 3).clone()],
        1 => [images.narrow(0, 5, 4).clone()],
        _ => [],
    };
}
