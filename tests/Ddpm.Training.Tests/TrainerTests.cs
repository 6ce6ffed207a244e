using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests;

public sealed class TrainerTests
{
    private static readonly UNetOptions Tiny = TinyNetwork.Options;
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));

    [Fact]
    public void Run_OneSeedTwice_GivesBitEqualWeightsAndSamples()
    {
        (Dictionary<string, Tensor> firstWeights, Tensor firstSamples) = TrainAndSample(4);
        (Dictionary<string, Tensor> secondWeights, Tensor secondSamples) = TrainAndSample(4);
        (_, Tensor otherSamples) = TrainAndSample(5);

        foreach ((string key, Tensor value) in firstWeights) value.Equals(secondWeights[key]).Should().BeTrue(key);
        firstSamples.Equals(secondSamples).Should().BeTrue();
        firstSamples.Equals(otherSamples).Should().BeFalse();
    }

    [Fact]
    public void Sample_TrainedNetworkAtAnyBatchSize_IsTheSamePicture()
    {
        using UNet network = Trained(4, 5, out _);
        network.eval();
        var sampler = new DdpmSampler(network, Process);
        Tensor At(int batch) =>
            sampler.Sample(new SamplingRequest { Count = 9, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(1), BatchSize = batch });
        using Tensor at9 = At(9), at7 = At(7), at1 = At(1);

        // float32 rounding of 100 steps; a wrong row would differ by the size of the pictures.
        at9.sub(at7).abs().max().item<float>().Should().BeLessThan(1e-4f);
        at9.sub(at1).abs().max().item<float>().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Run_OnOneImage_LearnsIt()
    {
        // Data of a single point: the best ε-model reaches a loss near 0, the start is E ε² = 1.
        using var dataset = new ImageDataset(arange(64, dtype: uint8).reshape(1, 1, 8, 8) * 4);
        using var network = new UNet(Tiny with { BaseChannels = 16, Dropout = 0 }, 1);
        using var trainer = Trainer.Create(network, Process, new TrainingOptions { LearningRate = 1e-2, WarmupSteps = 10 });
        var losses = new List<double>();
        trainer.Run(new ShuffledBatches(dataset, 16, 1), 70, new Relay<TrainingProgress>(at => losses.Add(at.Loss)));

        losses[0].Should().BeApproximately(1, 0.1);
        // About 0.05 here; 0.013 after 250 steps of twice the batch.
        losses.TakeLast(20).Average().Should().BeLessThan(0.15);
    }

    [Fact]
    public void Run_LearnedVarianceWithImportanceSampling_LowersTheBound()
    {
        using var dataset = new ImageDataset(arange(64, dtype: uint8).reshape(1, 1, 8, 8) * 4);
        using var network = new UNet(Tiny with { BaseChannels = 16, OutChannels = 2, Dropout = 0 }, 1);
        var process = new ReverseDiffusion(
            new LinearSchedule(25, 1e-3, 0.6), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        var timesteps = new LossSecondMomentTimesteps(25, historyLength: 2);
        using var trainer = Trainer.Create(
            network, new HybridObjective(process), new TrainingOptions { LearningRate = 5e-3, WarmupSteps = 20 }, timesteps);
        using Tensor x0 = arange(64, dtype: float32).reshape(1, 1, 8, 8).mul(4).div(127.5).sub(1);
        network.eval();
        double before = new VariationalBound(network, process).Evaluate(x0, new PerSampleNoise(1)).Total.Mean;

        trainer.Run(new ShuffledBatches(dataset, 8, 1), 80);

        network.eval();
        timesteps.IsWarmedUp.Should().BeTrue();
        timesteps.Probabilities.Max().Should().BeGreaterThan(2 * timesteps.Probabilities.Min(), "the losses of different timesteps differ");
        // About 0.44 of it; the probabilities differ by a factor near 45, and the samples by about 0.28 from the picture.
        new VariationalBound(network, process).Evaluate(x0, new PerSampleNoise(1)).Total.Mean.Should().BeLessThan(0.7 * before);
        using Tensor samples = new DdpmSampler(network, process).Sample(
            new SamplingRequest { Count = 2, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(1) });
        samples.sub(x0).abs().mean().item<float>().Should().BeLessThan(0.5f);
    }

    [Fact]
    public void Step_AccumulatedBatches_IsTheStepOfTheirUnion()
    {
        using UNet whole = new(Tiny with { Dropout = 0 }, 1), parts = new(Tiny with { Dropout = 0 }, 1);
        using Trainer one = Trainer.Create(whole, Process, new TrainingOptions { WarmupSteps = 0 });
        using Trainer four = Trainer.Create(parts, Process, new TrainingOptions { WarmupSteps = 0, Accumulation = 4 });
        using Tensor x0 = rand(8, 1, 8, 8, generator: new Generator(1)) * 2 - 1;
        TrainingBatch[] split = [.. x0.split(2).Select(part => new TrainingBatch(part))];
        for (int step = 0; step < 3; step++)
        {
            TrainingStep together = one.Step(x0), accumulated = four.Step(split);
            accumulated.Loss.Should().BeApproximately(together.Loss, 1e-5);
            accumulated.GradientNorm.Should().BeApproximately(together.GradientNorm, 1e-4 * together.GradientNorm);
        }

        // Adam moves a weight by the sign of its gradient, so that a gradient of nearly nothing may go either way: the mean, not the
        // largest.
        foreach ((string key, Tensor value) in whole.state_dict())
        {
            value.sub(parts.state_dict()[key]).abs().mean().item<float>().Should().BeLessThan(2e-5f, key);
        }
    }

    [Fact]
    public void Step_FirstOne_HasLearningRateZeroAsTheAuthors()
    {
        using var network = new UNet(Tiny, 1);
        using Tensor before = network.state_dict()["conv_in.weight"].clone();
        using var trainer = Trainer.Create(network, Process);
        using Tensor x0 = zeros(2, 1, 8, 8);

        TrainingStep step = trainer.Step(x0);

        step.LearningRate.Should().Be(0);
        network.state_dict()["conv_in.weight"].Equals(before).Should().BeTrue();
        new TrainingOptions().LearningRateAt(2500).Should().Be(1e-4);
        new TrainingOptions().LearningRateAt(5000).Should().Be(2e-4);
        new TrainingOptions { WarmupSteps = 0, Decay = LearningRateDecay.Cosine(10), LearningRate = 1 }.LearningRateAt(5)
            .Should().BeApproximately(0.5, 1e-12);
        new TrainingOptions { WarmupSteps = 0, Decay = LearningRateDecay.Cosine(10), LearningRate = 1 }.LearningRateAt(12).Should().Be(0);
        new TrainingOptions { WarmupSteps = 0, Decay = LearningRateDecay.Linear(10), LearningRate = 1 }.LearningRateAt(4)
            .Should().BeApproximately(0.6, 1e-12);
        new TrainingOptions { WarmupSteps = 4, Decay = LearningRateDecay.Linear(10), LearningRate = 1 }.LearningRateAt(2)
            .Should().BeApproximately(0.5 * 0.8, 1e-12);
    }

    [Fact]
    public void Run_Cancelled_ReturnsAndGoesOnLaterAsIfNothingHappened()
    {
        using UNet straight = Trained(4, 6, out _);
        using var network = new UNet(Tiny, 4);
        using ImageDataset dataset = Data();
        using var trainer = Trainer.Create(network, Process, Options(4));
        var batches = new ShuffledBatches(dataset, 8, 4);
        using var cancellation = new CancellationTokenSource();

        var stopper = new Relay<TrainingProgress>(at =>
        {
            if (at.Step == 2) cancellation.Cancel();
        });
        trainer.Run(batches, 6, stopper, null, cancellation.Token).Should().BeFalse();
        trainer.StepsDone.Should().Be(2);
        trainer.Run(batches, 6).Should().BeTrue();

        foreach ((string key, Tensor value) in straight.state_dict()) value.Equals(network.state_dict()[key]).Should().BeTrue(key);
    }

    [Fact]
    public void Step_NotFinite_StopsWithTheWeightsOfTheStepBefore()
    {
        using var network = new UNet(Tiny, 1);
        using var trainer = Trainer.Create(network, Process, Options(1));
        using Tensor good = zeros(2, 1, 8, 8), bad = full([2, 1, 8, 8], float.NaN);
        trainer.Step(good);
        using Tensor before = network.state_dict()["conv_out.bias"].clone();

        FluentActions.Invoking(() => trainer.Step(bad))
            .Should().Throw<NonFiniteException>().WithMessage("The loss became NaN at training step 1*");

        network.state_dict()["conv_out.bias"].Equals(before).Should().BeTrue();
        trainer.StepsDone.Should().Be(1);
    }

    [Fact]
    public void Step_Repeated_LeavesNoTensor()
    {
        using var network = new UNet(Tiny, 1);
        using var trainer = Trainer.Create(network, Process, Options(1));
        using Tensor x0 = zeros(2, 1, 8, 8);
        for (int i = 0; i < 3; i++) trainer.Step(x0);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 10; i++) trainer.Step(x0);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Step_Clipping_ReportsTheNormAndLimitsTheUpdate()
    {
        // With Adam the size of a gradient does not show in the step, so look at the gradients themselves.
        using var network = new UNet(Tiny, 1);
        using var trainer = Trainer.Create(network, Process, Options(1) with { GradientClip = 0.01 });
        using Tensor x0 = zeros(2, 1, 8, 8);

        double norm = trainer.Step(x0).GradientNorm;

        norm.Should().BeGreaterThan(0.02);
        double after = Math.Sqrt(network.parameters().Sum(parameter => parameter.grad!.to(float64).square().sum().item<double>()));
        after.Should().BeApproximately(0.01, 1e-5);
    }

    [Fact]
    public void Create_BadOptions_NamesTheOption()
    {
        using var network = new UNet(Tiny);
        FluentActions.Invoking(() => Trainer.Create(network, Process, new TrainingOptions { LearningRate = -1 }))
            .Should().Throw<ArgumentException>().WithMessage("TrainingOptions.LearningRate must be > 0, but is -1*");
        FluentActions.Invoking(() => Trainer.Create(network, Process, new TrainingOptions { Averages = [] }))
            .Should().Throw<ArgumentException>().WithMessage("TrainingOptions.Averages must be at least one profile*");
        FluentActions.Invoking(() => Trainer.Create(network, Process, new TrainingOptions { ComputeType = ScalarType.Float64 }))
            .Should().Throw<ArgumentException>().WithMessage("TrainingOptions.ComputeType must be BFloat16, or null, but is Float64*");
    }

    private static TrainingOptions Options(long seed) => new() { LearningRate = 1e-3, WarmupSteps = 0, Seed = seed };

    private static ImageDataset Data()
    {
        using Tensor pixels = (arange(20 * 64, dtype: int64) * 31 % 256).to(uint8).reshape(20, 1, 8, 8);
        return new ImageDataset(pixels);
    }

    private static UNet Trained(long seed, int steps, out Trainer trainer)
    {
        var network = new UNet(Tiny, seed);
        using ImageDataset dataset = Data();
        trainer = Trainer.Create(network, Process, Options(seed));
        trainer.Run(new ShuffledBatches(dataset, 8, seed), steps);
        return network;
    }

    private static (Dictionary<string, Tensor> Weights, Tensor Samples) TrainAndSample(long seed)
    {
        UNet network = Trained(seed, 6, out Trainer trainer);
        using (trainer.Ema.SwapIn())
        {
            network.eval();
            Tensor samples = new DdpmSampler(network, Process).Sample(
                new SamplingRequest { Count = 3, SampleShape = [1, 8, 8], Noise = new PerSampleNoise(seed) });
            return (network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone()), samples);
        }
    }
}
