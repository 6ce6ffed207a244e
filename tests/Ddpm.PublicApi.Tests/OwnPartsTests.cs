using System.Runtime.CompilerServices;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Tests;
using Ddpm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Parts that a user writes, in the places of the library's own.</summary>
public sealed class OwnPartsTests
{
    private const int Timesteps = 50;

    [Fact]
    public void Libraries_ShowThisProjectNoInternals()
    {
        string name = typeof(OwnPartsTests).Assembly.GetName().Name!;
        foreach (Type type in new[] { typeof(ReverseDiffusion), typeof(Trainer), typeof(IDataset), typeof(FrechetDistance),
            typeof(Models.UNet) })
        {
            type.Assembly.GetCustomAttributes(typeof(InternalsVisibleToAttribute), false).Cast<InternalsVisibleToAttribute>()
                .Select(attribute => attribute.AssemblyName).Should().NotContain(name);
        }
    }

    [Fact]
    public void Sampler_OfOnesOwn_IsDdimInOtherWords()
    {
        var process = new ReverseDiffusion(new SquaredCosineSchedule(Timesteps),
            new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        using Tensor mean = tensor(new[] { 0.3, -0.2 }), covariance = eye(2, dtype: float64) * 0.25;
        using var data = GaussianMixtureData.Gaussian(mean, covariance);
        var model = new ExactModel(process.Coefficients.Schedule, data);
        var request = new SamplingRequest
        {
            Count = 20,
            SampleShape = [2],
            Noise = new PerSampleNoise(1),
            ElementType = ScalarType.Float64,
            BatchSize = 7,
        };

        using Tensor own = new EulerSampler(model, process).Sample(request), ddim = new DdimSampler(model, process).Sample(request);
        using Tensor difference = (own - ddim).abs().max();
        difference.item<double>().Should().BeLessThan(1e-12);
        own.std().item<double>().Should().BeGreaterThan(0.2, "they are samples, not one point");
    }

    [Fact]
    public void Sampler_OfOnesOwn_IsCancelledGuardedAndLeavesNothing()
    {
        var process = new ReverseDiffusion(new SquaredCosineSchedule(Timesteps));
        using var network = new TwoLayers(Timesteps);
        network.eval();
        var sampler = new EulerSampler(network, process);
        var request = new SamplingRequest { Count = 4, SampleShape = [2], Noise = new PerSampleNoise(1) };
        sampler.Sample(request).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        sampler.Sample(request).Dispose();
        sampler.Steps(request).Take(3).Count().Should().Be(3);
        FluentActions.Invoking(() => sampler.Sample(request, cancellationToken: new CancellationToken(true)))
            .Should().Throw<OperationCanceledException>();
        network.train();
        FluentActions.Invoking(() => sampler.Sample(request))
            .Should().NotThrow("a network without dropout need not say in which mode it is").Which.Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Network_OfOnesOwn_LearnsByTheTrainer()
    {
        random.manual_seed(1);
        using var generator = new Generator(2);
        using Tensor points = randn([512, 2], generator: generator) * 0.1 + tensor(new[] { 0.7f, -0.7f });
        using var data = new InMemoryDataset(points);
        using var network = new TwoLayers(Timesteps);
        using var trainer = Trainer.Create(network, new ReverseDiffusion(new SquaredCosineSchedule(Timesteps)),
            new TrainingOptions { LearningRate = 1e-2, WarmupSteps = 10 });
        var losses = new List<double>();
        trainer.Run(new ShuffledBatches(data, 64, 1), 300, new Relay<TrainingProgress>(progress => losses.Add(progress.Loss)));

        losses.TakeLast(50).Average().Should().BeLessThan(0.5 * losses.Take(10).Average());
        network.eval();
        using Tensor samples = new DdpmSampler(network, trainer.Process)
            .Sample(new SamplingRequest { Count = 200, SampleShape = [2], Noise = new PerSampleNoise(3), BatchSize = 200 });
        using Tensor mean = samples.mean([0]);
        mean[0].item<float>().Should().BeApproximately(0.7f, 0.15f);
        mean[1].item<float>().Should().BeApproximately(-0.7f, 0.15f);
    }

    [Fact]
    public void Features_OfOnesOwn_AreMeasured()
    {
        using var generator = new Generator(1);
        using Tensor dark = randint(0, 100, [50, 1, 4, 4], uint8, generator: generator),
            alike = randint(0, 100, [50, 1, 4, 4], uint8, generator: generator),
            bright = randint(150, 250, [50, 1, 4, 4], uint8, generator: generator);
        using var images = new ImageDataset(dark);
        var features = new BrightnessFeatures();
        using FeatureStatistics reference = FeatureExtraction.Statistics(features, DatasetBatches.Images(images, 16));
        using Tensor ofAlike = features.Extract(alike), ofBright = features.Extract(bright);
        using FeatureStatistics near = FeatureStatistics.Of(ofAlike), far = FeatureStatistics.Of(ofBright);

        // Means differ by 150, so that the distance is 150² but for the spread.
        FrechetDistance.Compute(reference, far).Should().BeInRange(140 * 140, 160 * 160);
        FrechetDistance.Compute(reference, near).Should().BeLessThan(100);
    }
}
