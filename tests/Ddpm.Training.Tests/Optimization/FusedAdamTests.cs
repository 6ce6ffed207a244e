using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Optimization;

public sealed class FusedAdamTests
{
    [Theory]
    [InlineData(false, 0, 1)]
    [InlineData(false, 0.1, 1)]
    [InlineData(false, 0.1, 3.7)]
    [InlineData(true, 0, 1)]
    [InlineData(true, 0.1, 1)]
    [InlineData(true, 0.1, 3.7)]
    public void Step_Fifty_EqualThePlainOnesTo5e7(bool vectors, double weightDecay, double divisor)
    {
        // Shapes that fill no vector register, one of several chunks, one parameter that never has a gradient.
        long[][] shapes = [[7], [3, 5, 3, 3], [1], [64, 1033], [2]];
        var options = new TrainingOptions { WeightDecay = weightDecay };
        using var random = new Generator(3);
        Parameter[] plainValues = [.. shapes.Select(shape => new Parameter(randn(shape, generator: random)))];
        Parameter[] fusedValues = [.. plainValues.Select(value => new Parameter(value.detach().clone()))];
        using AdamOptimizer plain = new PlainAdam(plainValues, options.Adam), fused = Create(vectors, fusedValues, options.Adam);
        for (int step = 0; step < 50; step++)
        {
            Tensor?[] gradients = [.. shapes.Select((shape, i) => i == 4 ? null : randn(shape, generator: random) * Math.Pow(10, i - 2))];
            Tensor?[] copies = [.. gradients.Select(gradient => gradient?.clone())];
            fused.Norm(copies).Should().BeApproximately(plain.Norm(gradients), 1e-6 * plain.Norm(gradients));
            plain.Step(gradients, divisor, 1e-2);
            fused.Step(copies, divisor, 1e-2);
        }

        using var noGradient = no_grad();
        for (int i = 0; i < shapes.Length; i++)
        {
            double scale = plainValues[i].abs().max().item<float>();
            (plainValues[i].sub(fusedValues[i]).abs().max().item<float>() / scale).Should().BeLessThan(5e-7, "parameter {0}", i);
            double largest = Math.Max(1e-30, plain.SecondMoments[i].max().item<float>());
            double difference = plain.SecondMoments[i].sub(fused.SecondMoments[i]).abs().max().item<float>();
            (difference / largest).Should().BeLessThan(1e-6, "moment {0}", i);
        }

        fused.Steps.Should().Equal(50, 50, 50, 50, 0);
    }

    [Fact]
    public void Create_ParametersInFloat32OnTheCpu_UpdatesByVectorsAndCountsTheChange()
    {
        using Parameter value = new(randn(5, 5)), other = new(randn(5, 5).to(bfloat16));
        using AdamOptimizer optimizer = AdamOptimizer.Create([value], new TrainingOptions().Adam, fused: true),
            mixed = AdamOptimizer.Create([value, other], new TrainingOptions().Adam, fused: true);
        optimizer.Should().BeOfType<VectorAdam>();
        mixed.Should().BeOfType<FusedAdam>();
        // libtorch refuses a backward pass through a weight that has changed since, for its gradient would be wrong.
        using Tensor loss = value.square().sum(), gradient = ones(5, 5);
        optimizer.Step([gradient], 1, 1e-3);
        FluentActions.Invoking(() => loss.backward()).Should().Throw<Exception>().WithMessage("*modified by an inplace operation*");
    }

    [Fact]
    public void Step_TransposedGradient_IsThatOfItsNumbers()
    {
        using Parameter value = new(zeros(2, 3)), same = new(zeros(2, 3));
        using AdamOptimizer one = Create(true, [value], new TrainingOptions().Adam), two = Create(true, [same], new TrainingOptions().Adam);
        using Tensor rows = arange(6, float32).reshape(3, 2), turned = rows.t(), ordered = turned.contiguous();
        one.Step([turned], 1, 1e-3);
        two.Step([ordered], 1, 1e-3);
        one.FirstMoments[0].equal(two.FirstMoments[0]).all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_Repeated_LeavesNoTensor(bool vectors)
    {
        using Parameter value = new(randn(5, 5));
        using AdamOptimizer optimizer = Create(vectors, [value], new TrainingOptions().Adam);
        using Tensor gradient = ones(5, 5);
        using var average = new ExponentialMovingAverage(nn.Linear(3, 3));
        void Once()
        {
            optimizer.Norm([gradient]);
            optimizer.Step([gradient], 1, 1e-3);
            average.Update();
        }

        for (int i = 0; i < 3; i++) Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10; i++) Once();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static AdamOptimizer Create(bool vectors, Parameter[] parameters, AdamSettings settings) =>
        vectors ? new VectorAdam(parameters, settings) : new FusedAdam(parameters, settings);
}
