using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Conditioning;

/// <summary>Training on examples that come with tensors.</summary>
public sealed class ConditionTensorTests
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.2, 0.7)]
    public void Step_ConditionDropout_WithholdsThatShareOfEachByItself(double first, double second)
    {
        List<(float First, float Second)> Seen(long seed)
        {
            using var network = new Recorder();
            var dropout = ImmutableSortedDictionary<string, double>.Empty.Add("a", first).Add("b", second);
            using Trainer trainer = Trainer.Create(network, Process, new TrainingOptions { ConditionDropout = dropout, Seed = seed });
            using var batch = new TrainingBatch(
                zeros(100, 2), conditions: new Dictionary<string, Tensor> { ["a"] = full(100, 2, 3f), ["b"] = full([100, 1], 4f) });
            for (int step = 0; step < 20; step++) trainer.Step([batch]);
            return network.Seen;
        }

        List<(float First, float Second)> seen = Seen(1);
        seen.Should().Equal(Seen(1)).And.NotEqual(Seen(2));
        seen.Should().OnlyContain(pair => (pair.First == 0 || pair.First == 3) && (pair.Second == 0 || pair.Second == 4));
        double Share(Func<(float First, float Second), bool> which) => seen.Count(which) / 2000.0;
        void Near(double share, double expected) =>
            share.Should().BeApproximately(expected, 5 * Math.Sqrt(expected * (1 - expected) / 2000));
        Near(Share(pair => pair.First == 0), first);
        Near(Share(pair => pair.Second == 0), second);
        Near(Share(pair => pair.First == 0 && pair.Second == 0), first * second);
    }

    [Fact]
    public void Step_ConditionMissing_IsRefusedAndChangesNothing()
    {
        using var network = new Recorder();
        using Trainer trainer = Trainer.Create(network, Process, new TrainingOptions { WarmupSteps = 0 });
        using var batch = new TrainingBatch(zeros(2, 2), conditions: new Dictionary<string, Tensor> { ["a"] = zeros(2, 2) });
        trainer.Invoking(t => t.Step([batch])).Should().Throw<ArgumentException>()
            .WithMessage("The network has the condition \"b\", but the batch has no tensor of that name: give it by MappedBatches.*");
        FluentActions.Invoking(() => new TrainingBatch(zeros(2, 2), conditions: new Dictionary<string, Tensor> { ["a"] = zeros(3, 2) }))
            .Should().Throw<ArgumentException>().WithMessage("conditions[\"a\"] must hold floating-point numbers of 2 examples, but is *");
        FluentActions.Invoking(() => Trainer.Create(network, Process, new TrainingOptions
        {
            ConditionDropout = ImmutableSortedDictionary<string, double>.Empty.Add("a", 1.5),
        })).Should().Throw<ArgumentException>().WithMessage("TrainingOptions.ConditionDropout[\"a\"] must be 0 … 1, but is 1.5.*");
        FluentActions.Invoking(() => Trainer.Create(network, Process, new TrainingOptions
        {
            ConditionDropout = ImmutableSortedDictionary<string, double>.Empty.Add("lwo", 0.5),
        })).Should().Throw<ArgumentException>()
            .WithMessage("TrainingOptions.ConditionDropout must be those of the network (a, b), but have \"lwo\".*");
        trainer.StepsDone.Should().Be(0);
    }

    [Fact]
    public void MappedBatches_EndOfABatch_LeavesNoTensorBehind()
    {
        using Tensor pixels = zeros([4, 1, 4, 4], uint8);
        using var data = new ImageDataset(pixels);
        MappedBatches batches = Low(data, 4);
        void Once()
        {
            using TrainingBatch batch = batches.Batch(0), part = ((IBatchSource)batches).Part(1, 1, 2);
            batch.Conditions["low"].shape.Should().Equal(4, 1, 4, 4);
            part.Conditions["low"].shape.Should().Equal(2, 1, 4, 4);
        }

        Once();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Once();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
        batches.Identity.Should().EndWith(", halves");
    }

    [Fact]
    public void Run_PictureFromItsMean_LearnsToFollowTheCondition()
    {
        // A dark or a bright picture: at almost pure noise only the condition tells which.
        using Tensor pixels = stack([zeros([1, 4, 4], uint8), full([1, 4, 4], 255L, uint8)]);
        using var data = new ImageDataset(pixels);
        using var network = new UNet(Small, 1);
        using Trainer trainer = Trainer.Create(network, Process, new TrainingOptions { LearningRate = 1e-2, WarmupSteps = 10, Seed = 1 });
        trainer.Run(Low(data, 32), 90);

        using IDisposable averaged = trainer.Ema.SwapIn();
        network.eval();
        using var low = new Disposable([full([2, 1, 4, 4], 1f), full([2, 1, 4, 4], -1f)]);
        using Tensor conditions = cat(low.Tensors);
        using Tensor samples = new DdimSampler(network, Process.Respace(20)).Sample(new SamplingRequest
        {
            SampleShape = [1, 4, 4],
            Noise = new PerSampleNoise(1),
            Conditions = new Dictionary<string, Tensor> { ["low"] = conditions },
        });
        using Tensor means = samples.mean([1, 2, 3]);
        means.data<float>().ToArray().Select(mean => Math.Sign(mean)).Should().Equal(1, 1, -1, -1);
        means.abs().min().item<float>().Should().BeGreaterThan(0.4f, "90 steps teach much of it");
    }

    private static UNetOptions Small => TinyNetwork.Options with
    {
        Height = 4,
        Width = 4,
        ChannelMultipliers = [1],
        Dropout = 0,
        Conditions = [NetworkCondition.Spatial("low", 1)],
    };

    private static MappedBatches Low(ImageDataset data, int size) => new(
        new ShuffledBatches(data, size, 1),
        (batch, _) => new TrainingBatch(
            batch.X0, conditions: new Dictionary<string, Tensor> { ["low"] = batch.X0.mean([1, 2, 3], true).expand(-1, 1, 4, 4).clone() }),
        "halves");

    private sealed class Disposable(Tensor[] tensors) : IDisposable
    {
        public Tensor[] Tensors => tensors;

        public void Dispose()
        {
            foreach (Tensor tensor in tensors) tensor.Dispose();
        }
    }

    /// <summary>A network that records the first number of each example's conditions.</summary>
    private sealed class Recorder : nn.Module<Tensor, Tensor, Tensor>, IConditionalEpsilonModel
    {
        public readonly Parameter weight = new(ones(1));

        public Recorder()
            : base(nameof(Recorder)) => RegisterComponents();

        public int ClassCount => 0;

        public IReadOnlyList<NetworkCondition> Conditions { get; } = [NetworkCondition.Spatial("a", 2), NetworkCondition.Vector("b", 1)];

        public List<(float First, float Second)> Seen { get; } = [];

        public override Tensor forward(Tensor x, Tensor t) => x * weight;

        public Tensor Predict(Tensor xt, Tensor t) => forward(xt, t);

        public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => forward(xt, t);

        public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
        {
            float[] First(string name) => conditions.Tensors[name].select(1, 0).data<float>().ToArray();
            Seen.AddRange(First("a").Zip(First("b")));
            return forward(xt, t);
        }
    }
}
