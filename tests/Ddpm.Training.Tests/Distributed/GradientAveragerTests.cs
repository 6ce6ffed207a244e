using Ddpm.Core;
using Ddpm.Tests;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Distributed;

public sealed class GradientAveragerTests
{
    [Theory]
    [InlineData(1_000_000, new long[] { 26 })]
    [InlineData(40, new long[] { 10, 12, 4 })] // ten floats a bucket, in reverse order; one that is larger than a bucket has its own
    [InlineData(1, new long[] { 4, 6, 12, 4 })]
    public void Buckets_AnySize_HoldAllParametersInReverse(long bytes, long[] sizes)
    {
        using var averager = new GradientAverager(Parameters(), SingleProcess.Instance, bytes);
        averager.BucketSizes.Should().Equal(sizes);
    }

    [Fact]
    public void Buckets_TwoTypes_AreApart()
    {
        Parameter[] parameters = [new(zeros(3)), new(zeros(2, dtype: float64)), new(zeros(4, dtype: float64)), new(zeros(5))];
        using var averager = new GradientAverager(parameters, SingleProcess.Instance);
        averager.BucketSizes.Should().Equal(5, 6, 3);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(40)]
    public void Average_SeveralRanks_GivesTheMeanOfEach(long bytes)
    {
        double[][] all = ThreadRanks.Run(3, ranks =>
        {
            using var scope = NewDisposeScope();
            Parameter[] parameters = Parameters();
            using var averager = new GradientAverager(parameters, ranks, bytes);
            // The second is in strides, as gradients of weights in channels_last are.
            Tensor Gradient(Parameter parameter, int i) => i == 1
                ? full([parameter.size(1), parameter.size(0)], ranks.Rank, dtype: float32).t()
                : full(parameter.shape, 10 * i + ranks.Rank, dtype: float32);
            Tensor?[] gradients = [.. parameters.Select(Gradient)];
            gradients[1]![2, 1] = tensor(7f * ranks.Rank);
            double loss = averager.Average(gradients, 0.5 * ranks.Rank);
            gradients[1]!.is_contiguous().Should().BeFalse("the gradient's layout stays");
            gradients[1]![2, 1].item<float>().Should().Be(7);
            gradients[1]![0, 0].item<float>().Should().Be(1);
            double Largest(int i) => gradients[i]!.max().item<float>();
            return new[] { loss, gradients[0]!.min().item<float>(), Largest(2), Largest(3) };
        });
        all.Should().AllBeEquivalentTo(new[] { 0.5, 1, 21, 31 });
    }

    [Fact]
    public void Average_GradientThatOnlyOneRankHas_AppearsOnAll()
    {
        // Where a rank's examples do not use a layer, its optimiser must not pass over what the others update.
        double[] all = ThreadRanks.Run(2, ranks =>
        {
            using var scope = NewDisposeScope();
            Parameter[] parameters = [new(zeros(2)), new(zeros(3))];
            using var averager = new GradientAverager(parameters, ranks);
            Tensor?[] gradients = [ranks.Rank == 1 ? full([2], 8f) : null, null];
            averager.Average(gradients, 0);
            gradients[1].Should().BeNull("no rank has it");
            return (double)gradients[0]!.min().item<float>();
        });
        all.Should().Equal(4, 4);
    }

    [Fact]
    public void Average_ManyTimes_LeavesNoTensor()
    {
        long[] live = ThreadRanks.Run(2, ranks =>
        {
            Parameter[] parameters = Parameters();
            using var averager = new GradientAverager(parameters, ranks, 40);
            Tensor?[] gradients = [.. parameters.Select(parameter => ones_like(parameter))];
            DisposeScopeManager.Statistics.Reset();
            for (int i = 0; i < 5; i++) averager.Average(gradients, 1);
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        });
        live.Should().Equal(0, 0);
    }

    private static Parameter[] Parameters() => [new(zeros(4)), new(zeros(3, 4)), new(zeros(6)), new(zeros(2, 2))];
}
