using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Likelihood;

/// <summary>The likelihood of a data set by the probability flow against a closed form, and stopped and resumed.</summary>
public sealed class DatasetLikelihoodTests : IDisposable
{
    private const int Calls = 2 * 4;
    private static readonly LinearSchedule Schedule = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-likelihood-");
    private readonly GaussianMixtureData mixture = Mixture();
    private readonly ImageDataset data = new(randint(60, 200, [10, 1, 1, 2], uint8, generator: new Generator(1)));

    public void Dispose()
    {
        data.Dispose();
        mixture.Dispose();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(Dequantization.Uniform, 2)]
    [InlineData(Dequantization.None, 1)]
    public void Evaluate_ExactModel_IsTheClosedForm(Dequantization dequantization, int draws)
    {
        using var scope = NewDisposeScope();
        ReverseDiffusion process = new ReverseDiffusion(Schedule).Respace(TimestepSpacing.Karras(Schedule, 250));
        var flow = new FlowLikelihood(new ExactImages(mixture), process, Divergence.Exact);
        var likelihood = new DequantizedLikelihood(
            flow, new DequantizedLikelihoodOptions { Dequantization = dequantization, Draws = draws });

        LikelihoodReport report = DatasetLikelihood.Evaluate(likelihood, data, new DatasetBoundOptions { BatchSize = 10, Seed = 5 });

        Tensor pixels = data.Images().to(float32) / 127.5 - 1;
        Tensor bits = stack(Enumerable.Range(0, draws).Select(draw =>
        {
            NoiseRequest request = NoiseRequestOf(pixels, draw);
            Tensor uniform = dequantization == Dequantization.None
                ? full_like(pixels, 0.5)
                : special.ndtr(new PerSampleNoise(5).Draw(request).to(float64)).to(float32);
            return ClosedForm(process, pixels + (uniform - 0.5) / 127.5);
        }));
        report.Examples.Should().Be(10);
        report.Total.Mean.Should().BeApproximately(bits.mean().item<double>(), 1e-3);
        double error = bits.mean([0]).std(unbiased: true).item<double>() / Math.Sqrt(10);
        report.Total.StandardError.Should().BeApproximately(error, 1e-3);
        report.ProbeStandardError.Should().Be(double.NaN, "the divergence is exact");
        if (draws == 1)
        {
            report.Total.NoiseStandardError.Should().Be(double.NaN);
        }
        else
        {
            double noise = Math.Sqrt(bits.var(0, unbiased: true).sum().item<double>() / draws) / 10;
            report.Total.NoiseStandardError.Should().BeApproximately(noise, 1e-4).And.BePositive();
        }
    }

    [Theory]
    [InlineData(ProbeDistribution.Rademacher)]
    [InlineData(ProbeDistribution.Gaussian)]
    public void Evaluate_Probes_AgreeWithTheExactDivergenceWithinTheirError(ProbeDistribution distribution)
    {
        ReverseDiffusion process = new ReverseDiffusion(Schedule).Respace(TimestepSpacing.Linspace(1000, 25));
        var options = new DatasetBoundOptions { BatchSize = 10, Seed = 5 };
        // The same seed dequantises alike: draw 0 is step 0.
        LikelihoodReport exact = DatasetLikelihood.Evaluate(Likelihood(Divergence.Exact, process), data, options);
        LikelihoodReport estimated =
            DatasetLikelihood.Evaluate(Likelihood(Divergence.Hutchinson(40, distribution), process), data, options);

        estimated.ProbeStandardError.Should().BePositive();
        // A right estimate passes but once in 10,000 seeds.
        Math.Abs(estimated.Total.Mean - exact.Total.Mean).Should().BeLessThan(3.89 * estimated.ProbeStandardError);
        estimated.Total.Mean.Should().NotBe(exact.Total.Mean);
    }

    [Fact]
    public void Evaluate_GaussianProbes_HaveTheLargerError()
    {
        ReverseDiffusion process = new ReverseDiffusion(Schedule).Respace(TimestepSpacing.Linspace(1000, 20));
        double Error(ProbeDistribution distribution) => DatasetLikelihood.Evaluate(
            Likelihood(Divergence.Hutchinson(30, distribution), process), data).ProbeStandardError;
        Error(ProbeDistribution.Gaussian).Should().BeGreaterThan(1.2 * Error(ProbeDistribution.Rademacher));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3 * Calls)] // within the second batch, for each has two draws
    [InlineData(5 * Calls)]
    public void Evaluate_StoppedAndResumed_GivesTheSameBits(int stopAfter)
    {
        DequantizedLikelihood likelihood = Short();
        var options = new DatasetBoundOptions { BatchSize = 4, Seed = 5 };
        LikelihoodReport straight = DatasetLikelihood.Evaluate(likelihood, data, options);
        DatasetBoundOptions saved = options with { ProgressFile = Path.Combine(folder.FullName, "progress.json") };
        int before = 0, after = 0;
        Interrupted.Evaluate(
            (progress, stop) => DatasetLikelihood.Evaluate(likelihood, data, saved, progress, cancellationToken: stop),
            _ => ++before == stopAfter);
        BoundProgress last = default;
        LikelihoodReport resumed = DatasetLikelihood.Evaluate(
            likelihood, data, saved, new Relay<BoundProgress>(progress => (last, after) = (progress, after + 1)));

        resumed.Should().Be(straight);
        int finishedBatches = stopAfter / (2 * Calls);
        after.Should().Be((3 - finishedBatches) * 2 * Calls, "finished batches are not evaluated again");
        last.StepsDone.Should().Be(last.StepsTotal);
        File.Exists(saved.ProgressFile).Should().BeFalse("nothing is left to go on with");
    }

    [Fact]
    public void Evaluate_ProgressFileOfAnother_IsRefusedAndKept()
    {
        DatasetBoundOptions options = Stopped(Short());
        byte[] then = File.ReadAllBytes(options.ProgressFile!);
        ReverseDiffusion process = Few();
        var none = new DequantizedLikelihoodOptions { Dequantization = Dequantization.None };
        var three = new DequantizedLikelihoodOptions { Draws = 3 };
        foreach ((DequantizedLikelihood likelihood, DatasetBoundOptions given) in new[]
        {
            (Short(), options with { Seed = 9 }),
            (Short(), options with { BatchSize = 5 }),
            (Likelihood(Divergence.Hutchinson(3), process, three), options),
            (Likelihood(Divergence.Hutchinson(2), process, three), options),
            (Likelihood(Divergence.Hutchinson(2, ProbeDistribution.Gaussian), process, Draws), options),
            (Likelihood(Divergence.Exact, process, Draws), options),
            (Likelihood(Divergence.Hutchinson(2), process, none), options),
            (Likelihood(Divergence.Hutchinson(2), Few(6), Draws), options),
        })
        {
            FluentActions.Invoking(() => DatasetLikelihood.Evaluate(likelihood, data, given)).Should().Throw<InvalidDataException>()
                .WithMessage("*is of another evaluation, with which this one cannot go on: network one; * there, network * here.");
        }

        // A bound does not go on with a likelihood.
        FluentActions.Invoking(() => DatasetBound.Evaluate(new VariationalBound(new ExactImages(mixture), process), data, options))
            .Should().Throw<InvalidDataException>().WithMessage("*is of another evaluation*");
        File.ReadAllBytes(options.ProgressFile!).Should().Equal(then);
    }

    [Theory]
    [InlineData("\"draws\":2", "\"draws\":3", "draws must be 2, but is 3.")]
    [InlineData("\"probes\":2", "\"probes\":1", "probes must be 2, but is 1.")]
    [InlineData("\"probes\":2", "\"probes\":0", "probes must be a whole number from 1 to *, but is 0.")]
    [InlineData("\"examples\":4", "\"examples\":11", "examples must be at most 10, but is 11.")]
    [InlineData("\"means\":[", "\"means\":[0,", "sums.draws.means must be a list of at most 1 numbers*")]
    public void Evaluate_ProgressFileThatWasChanged_NamesTheField(string then, string now, string message)
    {
        DatasetBoundOptions options = Stopped(Short());
        Interrupted.Change(options.ProgressFile!, then, now);
        FluentActions.Invoking(() => DatasetLikelihood.Evaluate(Short(), data, options)).Should().Throw<InvalidDataException>()
            .WithMessage($"{options.ProgressFile}: {message}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(11)] // one more than there are examples
    public void Evaluate_SeveralRanks_IsTheLikelihoodOfOne(int worldSize)
    {
        var options = new DatasetBoundOptions { BatchSize = 4, Seed = 5, ProgressFile = Path.Combine(folder.FullName, "progress.json") };
        LikelihoodReport one = DatasetLikelihood.Evaluate(Short(), data, options);
        LikelihoodReport[] all =
            ThreadRanks.Run(worldSize, ranks => DatasetLikelihood.Evaluate(Short(), data, options, communicator: ranks));
        all.Should().AllSatisfy(report =>
        {
            report.Examples.Should().Be(10);
            report.Total.Mean.Should().BeApproximately(one.Total.Mean, 1e-5);
            report.Total.StandardError.Should().BeApproximately(one.Total.StandardError, 1e-5);
            report.ProbeStandardError.Should().BeApproximately(one.ProbeStandardError, 1e-5);
        });
        all.Distinct().Should().ContainSingle("all ranks get the same bits");
        folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void Evaluate_Repeated_LeavesNoTensor()
    {
        DequantizedLikelihood likelihood = Short();
        DatasetLikelihood.Evaluate(likelihood, data);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++) DatasetLikelihood.Evaluate(likelihood, data, new DatasetBoundOptions { BatchSize = 3 });
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Options_OutOfRange_AreNamed()
    {
        var flow = new FlowLikelihood(new ExactImages(mixture), Few());
        FluentActions.Invoking(() => new DequantizedLikelihood(flow, new DequantizedLikelihoodOptions { Draws = 0 }))
            .Should().Throw<ArgumentException>().WithMessage("Draws must be at least 1, but is 0.*");
        FluentActions
            .Invoking(() => new DequantizedLikelihood(flow, new() { Draws = 2, Dequantization = Dequantization.None }))
            .Should().Throw<ArgumentException>().WithMessage("Draws must be 1 without dequantisation, which draws nothing, but is 2.*");
        FluentActions.Invoking(() => new DequantizedLikelihood(flow, new() { Dequantization = (Dequantization)7 }))
            .Should().Throw<ArgumentException>().WithMessage("Dequantization must be Uniform or None, but is 7.*");
        FluentActions.Invoking(() => Divergence.Hutchinson(1, (ProbeDistribution)7))
            .Should().Throw<ArgumentException>().WithMessage("distribution must be Rademacher or Gaussian, but is 7.*");
        FluentActions.Invoking(() => new LikelihoodAccumulator().Report()).Should().Throw<InvalidOperationException>()
            .WithMessage("A likelihood needs at least 1 example, but has 0.");
        using Tensor wrong = zeros(2, 1, 3, dtype: float64);
        FluentActions.Invoking(() => new LikelihoodAccumulator().Add(wrong)).Should().Throw<ArgumentException>()
            .WithMessage("bitsPerDim must be float64 [1, 1, B], but is Float64 [2, 1, 3].*");
        FluentActions.Invoking(() => new LikelihoodAccumulator().Merge(new LikelihoodAccumulator(2, 3))).Should()
            .Throw<ArgumentException>().WithMessage("other must be of 1 draws and 1 probes, but is of 2 and 3.*");
    }

    private static DequantizedLikelihoodOptions Draws { get; } = new() { Draws = 2 };

    private static ReverseDiffusion Few(int steps = 5) =>
        new ReverseDiffusion(Schedule).Respace(TimestepSpacing.Linspace(1000, steps));

    private DequantizedLikelihood Short() => Likelihood(Divergence.Hutchinson(2), Few(), Draws);

    private DequantizedLikelihood Likelihood(
        Divergence divergence, ReverseDiffusion process, DequantizedLikelihoodOptions? options = null) =>
        new(new FlowLikelihood(new ExactImages(mixture), process, divergence), options);

    // Stops after the first batch.
    private DatasetBoundOptions Stopped(DequantizedLikelihood likelihood)
    {
        var options = new DatasetBoundOptions
        {
            BatchSize = 4,
            ProgressFile = Path.Combine(folder.FullName, "progress.json"),
            NetworkIdentity = "one",
        };
        Interrupted.EvaluateFirst(
            4, (progress, stop) => DatasetLikelihood.Evaluate(likelihood, data, options, progress, cancellationToken: stop));
        return options;
    }

    // Draw d with an exact divergence is step d.
    private static NoiseRequest NoiseRequestOf(Tensor pixels, int step) => new()
    {
        SampleIndices = [.. Enumerable.Range(0, (int)pixels.size(0)).Select(k => (long)k)],
        Step = step,
        Shape = pixels.shape,
        ElementType = pixels.dtype,
        Device = pixels.device,
    };

    // -log₂ p(x̄) of x̄ = x_0 + σ_0 ε in bits/dim, [B].
    private Tensor ClosedForm(ReverseDiffusion process, Tensor pixels)
    {
        double alphaBar = process.Coefficients.AlphaBars[0];
        Tensor x = pixels.reshape(-1, 2).to(float64);
        Tensor density = mixture.LogDensity(Math.Sqrt(alphaBar) * x, tensor(alphaBar, float64)) + Math.Log(alphaBar);
        return -density / (2 * Math.Log(2)) + Math.Log2(127.5);
    }

    private static GaussianMixtureData Mixture()
    {
        using var scope = NewDisposeScope();
        Tensor root = randn(2, 2, 2, dtype: float64, generator: new Generator(4)) * 0.35;
        Tensor covariances = root.matmul(root.transpose(1, 2)) + 0.05 * eye(2, dtype: float64);
        return new GaussianMixtureData(
            tensor(new[] { 0.4, 0.6 }), stack([full(2, -0.3, float64), full(2, 0.2, float64)]), covariances);
    }

    // The exact model of vectors as one of images of two pixels.
    private sealed class ExactImages(GaussianMixtureData data) : IEpsilonModel
    {
        private readonly ExactModel model = new(Schedule, data);

        public Tensor Predict(Tensor xt, Tensor t)
        {
            using Tensor vectors = xt.reshape(-1, 2), output = model.Predict(vectors, t);
            return output.reshape(xt.shape);
        }
    }
}
