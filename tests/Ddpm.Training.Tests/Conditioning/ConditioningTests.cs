using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Conditioning;

public sealed class ConditioningTests
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Step_LabelDropout_WithholdsThatShareTheSameEachTime(double dropout)
    {
        List<long> Seen(long seed, bool nullLabel)
        {
            using var network = new Recorder(3, nullLabel);
            using Trainer trainer = Trainer.Create(network, Process, new TrainingOptions { LabelDropout = dropout, Seed = seed });
            using var batch = new TrainingBatch(zeros(100, 2), [.. Enumerable.Range(0, 100).Select(i => (long)i % 3)]);
            for (int step = 0; step < 20; step++) trainer.Step([batch]);
            return network.Seen;
        }

        List<long> seen = Seen(1, true);
        seen.Should().Equal(Seen(1, true));
        // Five standard deviations of a binomial of 2,000.
        (seen.Count(label => label == -1) / 2000.0).Should().BeApproximately(dropout, 5 * Math.Sqrt(dropout * (1 - dropout) / 2000));
        seen.Select((label, i) => label == -1 || label == i % 100 % 3).Should().OnlyContain(right => right);
        if (dropout is > 0 and < 1) seen.Should().NotEqual(Seen(2, true));
        Seen(1, false).Should().OnlyContain(label => label >= 0, "a network without a null label is told every class");
    }

    [Fact]
    public void Step_LabelsMissingOrOutOfRange_IsRefusedAndChangesNothing()
    {
        using var network = new Recorder(3, true);
        using Trainer trainer = Trainer.Create(network, Process, new TrainingOptions { WarmupSteps = 0 });
        using TrainingBatch none = new(zeros(2, 2)), wrong = new(zeros(2, 2), [0, 3]);
        float before = network.weight.item<float>();

        FluentActions.Invoking(() => trainer.Step([none]))
            .Should().Throw<ArgumentException>().WithMessage("The network knows 3 classes, but the batch has no labels*");
        FluentActions.Invoking(() => trainer.Step([wrong]))
            .Should().Throw<ArgumentException>()
            .WithMessage("labels must be 0 … 2 for this network, or -1 for none, but that of example 1 of the batch is 3*");
        FluentActions.Invoking(() => new TrainingBatch(zeros(2, 2), [1]))
            .Should().Throw<ArgumentException>().WithMessage("labels must be one for each of the 2 examples, but are 1*");

        trainer.StepsDone.Should().Be(0);
        network.weight.item<float>().Should().Be(before);
    }

    [Fact]
    public void Run_TwoClasses_TeachesWhichIsWhichAndToDoWithout()
    {
        // Class 0 is all dark, class 1 all bright. So few pixels that noise hides the class: who knows it does better.
        using Tensor pixels = stack([zeros([1, 2, 2], uint8), full([1, 2, 2], 255L, uint8)]), labels = tensor(new long[] { 0, 1 });
        using var data = new ImageDataset(pixels, labels);
        using var network = new UNet(
            TinyNetwork.Options with { Height = 2, Width = 2, BaseChannels = 16, ChannelMultipliers = [1], Dropout = 0, ClassCount = 2 },
            1);
        using Trainer trainer = Trainer.Create(
            network, Process, new TrainingOptions { LearningRate = 1e-2, WarmupSteps = 10, LabelDropout = 0.2, Seed = 1 });
        trainer.Run(new ShuffledBatches(data, 32, 1), 70);

        using IDisposable averaged = trainer.Ema.SwapIn();
        network.eval();
        using var noGradient = no_grad();
        int hidden = Enumerable.Range(0, 100).First(step => Process.Coefficients.AlphaBars[step] < 0.15);
        using Tensor x0 = cat([full([500, 1, 2, 2], -1f), ones(500, 1, 2, 2)]);
        using Tensor eps = randn(1000, 1, 2, 2, generator: new Generator(1));
        using Tensor t = full(1000, (long)hidden, int64);
        using Tensor xt = Process.Forward.Sample(x0, hidden, eps);
        using Tensor right = cat([zeros([500], int64), ones([500], int64)]);
        using Tensor wrong = 1 - right;
        using Tensor none = full(1000, -1L, int64);
        double Error(Tensor told)
        {
            using Tensor predicted = network.Predict(xt, t, told);
            return predicted.sub(eps).square().mean().item<float>();
        }

        // About 0.020, 0.11 and 0.46.
        Error(right).Should().BeLessThan(0.5 * Error(wrong));
        Error(none).Should().BeGreaterThan(Error(right)).And.BeLessThan(Error(wrong));
    }

    /// <summary>A network that records the classes it is given.</summary>
    private sealed class Recorder : nn.Module<Tensor, Tensor, Tensor>, IConditionalEpsilonModel
    {
        public readonly Parameter weight = new(ones(1));

        public Recorder(int classCount, bool nullLabel)
            : base(nameof(Recorder))
        {
            ClassCount = classCount;
            HasNullLabel = nullLabel;
            RegisterComponents();
        }

        public int ClassCount { get; }

        public bool HasNullLabel { get; }

        public List<long> Seen { get; } = [];

        public override Tensor forward(Tensor x, Tensor t) => x * weight;

        public Tensor Predict(Tensor xt, Tensor t) => forward(xt, t);

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
        {
            Seen.AddRange(labels!.data<long>().ToArray());
            return forward(xt, t);
        }
    }
}
