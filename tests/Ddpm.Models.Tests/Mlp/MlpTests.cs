using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Vectors;

public sealed class MlpTests
{
    private static readonly MlpOptions Small = new() { Dimensions = 2, Width = 64, Blocks = 2, TimeChannels = 16 };

    [Fact]
    public void Training_TwoDimensionalData_ComesNearTheExactModel()
    {
        // Two points of the plane with a little width: the best possible loss is that of the exact model.
        using var scope = NewDisposeScope();
        IVarianceSchedule schedule = LinearSchedule.Scaled(100);
        ReverseDiffusion process = new(schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        using var data = new GaussianMixtureData(
            ones(2), tensor(new[,] { { -1.0, 0.5 }, { 1.0, -0.5 } }), eye(2, dtype: float64).mul(0.01).expand(2, 2, 2));
        using var network = new Mlp(Small, 1);
        using var optimizer = optim.Adam(network.parameters(), 3e-3);
        var objective = new SimpleObjective(process);
        (Tensor x0, Tensor eps, long[] t) = Batch(-1, 2048);
        double best = objective.Loss(new ExactModel(schedule, data), x0.to(float64), t, eps.to(float64)).mean().item<double>();
        double untrained = objective.Loss(network, x0, t, eps).mean().item<float>();

        for (int step = 0; step < 400; step++)
        {
            using var stepScope = NewDisposeScope();
            (Tensor batch, Tensor noise, long[] times) = Batch(step, 256);
            optimizer.zero_grad();
            objective.Loss(network, batch, times, noise).mean().backward();
            optimizer.step();
        }

        double trained = objective.Loss(network, x0, t, eps).mean().item<float>();
        untrained.Should().BeApproximately(1, 0.1, "it begins as nothing, and E ε² = 1");
        trained.Should().BeLessThan(best + 0.1 * (untrained - best));
        using Tensor samples = new DdpmSampler(network, process)
            .Sample(new SamplingRequest { Count = 500, SampleShape = [2], Noise = new PerSampleNoise(3), BatchSize = 500 });
        double right = samples.select(1, 0).gt(0).to(float64).mean().item<double>();
        right.Should().BeInRange(0.35, 0.65, "half of the samples at each point");
        samples.abs().sub(tensor(new[] { 1f, 0.5f })).abs().mean().item<float>().Should().BeLessThan(0.25f);
    }

    [Fact]
    public void Backward_EveryParameter_IsReached()
    {
        using var network = new Mlp(Small, 1);
        using (no_grad())
        {
            foreach ((string key, Tensor value) in network.state_dict())
            {
                if (key.Contains("dense2", StringComparison.Ordinal) || key.StartsWith("output", StringComparison.Ordinal)) value.mul_(1e5);
            }
        }

        using Tensor x = randn(4, 2, generator: new Generator(1)), t = tensor(new long[] { 0, 5, 50, 99 });
        network.Predict(x, t).square().sum().backward();
        foreach ((string key, var parameter) in network.named_parameters())
        {
            parameter.grad!.abs().max().item<float>().Should().BeGreaterThan(0, key);
        }
    }

    [Fact]
    public void Seeds_Dropout_AndLeaks()
    {
        using Mlp first = new(Small with { Dropout = 0.5 }, 1), same = new(Small with { Dropout = 0.5 }, 1), other = new(Small, 2);
        first.state_dict()["input.weight"].Equals(same.state_dict()["input.weight"]).Should().BeTrue();
        first.state_dict()["input.weight"].Equals(other.state_dict()["input.weight"]).Should().BeFalse();
        first.InTrainingMode.Should().BeTrue();
        first.eval();
        first.InTrainingMode.Should().BeFalse();

        using Tensor x = randn(4, 2), t = zeros(4, int64);
        first.Predict(x, t).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++) first.Predict(x, t).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void LearnedVariance_TwiceTheOutputs_FitsTheProcess()
    {
        using var network = new Mlp(Small with { Outputs = 4 }, 1);
        network.eval();
        ReverseDiffusion process = new(LinearSchedule.Scaled(25), new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        using Tensor samples = new DdpmSampler(network, process)
            .Sample(new SamplingRequest { Count = 3, SampleShape = [2], Noise = new PerSampleNoise(3) });
        samples.shape.Should().Equal(3, 2);
    }

    [Fact]
    public void BadInput_IsNamed()
    {
        using var network = new Mlp(Small);
        using Tensor x = randn(4, 3), good = randn(4, 2), t = zeros(3, int64);
        FluentActions.Invoking(() => network.Predict(x, t)).Should().Throw<ArgumentException>()
            .WithMessage("x must have the shape [B, 2], but has [4, 3]*");
        FluentActions.Invoking(() => network.Predict(good, t)).Should().Throw<ArgumentException>()
            .WithMessage("t must have the shape [4]*has [3]*");
        FluentActions.Invoking(() => new Mlp(Small with { Width = 0 })).Should().Throw<ArgumentException>()
            .WithMessage("MlpOptions.Width must be ≥ 1, but is 0*");
        FluentActions.Invoking(() => new Mlp(Small with { Dropout = 1 })).Should().Throw<ArgumentException>()
            .WithMessage("MlpOptions.Dropout must be 0 ≤ p < 1, but is 1*");
    }

    private static (Tensor X0, Tensor Eps, long[] T) Batch(int step, int count)
    {
        long[] places = [.. Enumerable.Range(0, count).Select(i => (long)i)];
        var noise = new PerSampleNoise(5);
        NoiseRequest request = new() { SampleIndices = places, Step = step + 1, Shape = [count, 2] };
        Tensor sign = tensor(places.Select(i => i % 2 == 0 ? -1f : 1f).ToArray()).unsqueeze(1);
        Tensor x0 = sign * tensor(new[] { 1f, -0.5f }) + 0.1f * new PerSampleNoise(6).Draw(request);
        return (x0, noise.Draw(request), [.. new UniformTimesteps(100).Draw(7, step + 1, count).Timesteps]);
    }
}
