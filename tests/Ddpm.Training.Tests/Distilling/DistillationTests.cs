using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;
using Ddpm.Training.Tests.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Distilling;

public sealed class DistillationTests
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));
    private static readonly UNetOptions Classes = TinyNetwork.Options with { Dropout = 0, ClassCount = 3 };
    private static readonly DistillationOptions Two = new() { Steps = 2, Substeps = 3 };

    [Fact]
    public void Run_GaussianData_ReachesTheFlowMapInTwoSteps()
    {
        // The probability flow of N(μ, s²) is known: (x_t - √ᾱ_t μ)/√(ᾱ_t s² + 1 - ᾱ_t) stays as it is, so that x_0 = μ + s·x_T but for
        // what x_T lacks of N(0, 1).
        using Tensor mean = tensor(new[] { 0.5, -1.5 }), covariance = diag(tensor(new[] { 0.04, 0.25 }));
        using var data = GaussianMixtureData.Gaussian(mean, covariance);
        var process = new ReverseDiffusion(new LinearSchedule(), new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        var teacher = new ExactModel(process.Coefficients.Schedule, data);
        var distillation = new Distillation(teacher, process, new DistillationOptions { Steps = 2, Substeps = 8 });
        using var student = new AffineStudent(teacher, 1000, 2);
        using Tensor exact = FlowMap(process, mean, covariance);
        double before = Error();

        using Trainer trainer = distillation.CreateTrainer(
            student, new TrainingOptions { LearningRate = 0.05, WarmupSteps = 0, Decay = LearningRateDecay.Cosine(150) });
        trainer.Run(distillation.Trajectories([2], 8, 1), 150);

        // 0.254 and 0.0096 here.
        before.Should().BeGreaterThan(0.2);
        Error().Should().BeLessThan(0.03);

        double Error()
        {
            using Tensor drawn = new DdimSampler(student, distillation.Process).Sample(Request());
            return drawn.sub(exact).abs().mean().item<float>();
        }
    }

    [Fact]
    public void Trajectories_AnyBatch_ArePartsOfTheTeachersSamples()
    {
        using var teacher = new UNet(Classes, 1);
        teacher.eval();
        var distillation = new Distillation(teacher, Process, Two);
        IBatchSource source = distillation.Trajectories([1, 8, 8], 5, 7);
        using TrainingBatch batch = source.Batch(3), again = source.Batch(3), part = source.Part(3, 1, 2);

        batch.X0.shape.Should().Equal(5, 3, 1, 8, 8);
        batch.X0.Equals(again.X0).Should().BeTrue();
        batch.Labels.Should().Equal(again.Labels);
        part.Labels.Should().Equal(batch.Labels!.Skip(1).Take(2));
        part.X0.sub(batch.X0.narrow(0, 1, 2)).abs().max().item<float>().Should().BeLessThan(1e-5f);

        // From x_T to x_0 by the teacher's solver, at the student's timesteps; x_1 is where the solver is after half of its six steps.
        Process.Coefficients.Timesteps.Should().Be(100);
        using Tensor noise = batch.X0.select(1, 0);
        SamplingState[] states = [.. new DpmSolverSampler(teacher, distillation.TeacherProcess).Steps(new SamplingRequest
        {
            Labels = batch.Labels,
            SampleShape = [1, 8, 8],
            Noise = new PerSampleNoise(RandomPurpose.TrajectoryNoise.Seed(7)),
            FirstSample = 15,
        }).Select(state => state with { X = state.X.clone() })];
        foreach ((int place, int step) in new[] { (0, 0), (1, 3), (2, 6) })
        {
            batch.X0.select(1, place).sub(states[step].X).abs().max().item<float>().Should().BeLessThan(1e-5f);
        }

        foreach (SamplingState state in states) state.X.Dispose();
    }

    [Fact]
    public void Trajectories_Classes_AreUniformButForThoseWithout()
    {
        using var teacher = new UNet(Classes with { Height = 2, Width = 2, BaseChannels = 4, ChannelMultipliers = [1], NormGroups = 1 }, 1);
        teacher.eval();
        var distillation = new Distillation(
            teacher, Process, new DistillationOptions { Steps = 1, Substeps = 1, LabelDropout = 0.4 });
        using TrainingBatch batch = distillation.Trajectories([1, 2, 2], 2000, 1).Batch(0);

        // Five standard deviations of a binomial of 2,000.
        foreach ((long label, double share) in new[] { (-1L, 0.4), (0L, 0.2), (1L, 0.2), (2L, 0.2) })
        {
            double found = batch.Labels!.Count(each => each == label) / 2000.0;
            found.Should().BeApproximately(share, 5 * Math.Sqrt(share * (1 - share) / 2000));
        }
    }

    [Fact]
    public void Run_RestoredFromACheckpoint_GivesTheSameBits()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-distil-");
        try
        {
            string straight = Trained(null, 5), broken;
            Trained(new CheckpointStore(folder.FullName, 1, 1), 2);
            broken = Trained(new CheckpointStore(folder.FullName, 1, 1), 5);
            broken.Should().Be(straight);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        string Trained(CheckpointStore? store, int steps)
        {
            using UNet teacher = new(Classes, 1), student = new(Classes, 1);
            teacher.eval();
            var distillation = new Distillation(teacher, Process, Two);
            using Trainer trainer = distillation.CreateTrainer(student, new TrainingOptions { WarmupSteps = 0 });
            store?.RestoreLatest(trainer);
            trainer.Run(distillation.Trajectories([1, 8, 8], 3, 1), steps, hooks: store is null ? [] : [store]);
            return TrainerBits.Of(trainer).Tensors;
        }
    }

    [Fact]
    public void Run_AnotherTeacher_IsRefusedByTheCheckpoint()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-distil-");
        try
        {
            Trained(1);
            FluentActions.Invoking(() => Trained(2))
                .Should().Throw<InvalidOperationException>().WithMessage("The run must go on with the batches of its checkpoint*");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        void Trained(int seed)
        {
            var store = new CheckpointStore(folder.FullName, 1, 1);
            using UNet teacher = new(Classes, seed), student = new(Classes, 1);
            teacher.eval();
            var distillation = new Distillation(teacher, Process, Two);
            using Trainer trainer = distillation.CreateTrainer(student, new TrainingOptions { WarmupSteps = 0 });
            store.RestoreLatest(trainer);
            trainer.Run(distillation.Trajectories([1, 8, 8], 2, 1), seed, hooks: [store]);
        }
    }

    [Fact]
    public void Run_AnyNumberOfSteps_LeavesNoTensor()
    {
        using UNet teacher = new(Classes, 1), student = new(Classes, 1);
        teacher.eval();
        var distillation = new Distillation(teacher, Process, Two with { Guidance = 2 });
        using Trainer trainer = distillation.CreateTrainer(student, new TrainingOptions { WarmupSteps = 0 });
        IBatchSource batches = distillation.Trajectories([1, 8, 8], 2, 1);
        trainer.Run(batches, 2);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        trainer.Run(batches, 6);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Save_Student_IsAModelOfTwoStepsOnTensorsAndOnSpans()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-distil-");
        try
        {
            using var student = new UNet(TinyNetwork.Options, 1);
            student.eval();
            var distillation = new Distillation(student, Process, Two);
            ModelFolder.Save(folder.FullName, student, distillation.Process);

            using TrainedModel model = ModelFolder.Load(folder.FullName);
            model.Process.Coefficients.Timesteps.Should().Be(2);
            KnownSamplers.Ddim.DefaultSteps(2).Should().Be(2);
            using Tensor drawn = new DdimSampler(model.Network, model.Process).Sample(model.Request(2, seed: 1));
            using Tensor expected = new DdimSampler(student, distillation.Process).Sample(model.Request(2, seed: 1));
            drawn.Equals(expected).Should().BeTrue();

            using InferenceModel spans = InferenceModel.Load(folder.FullName);
            using InferenceSampler sampler = spans.CreateSampler(SamplingMethod.Ddim);
            float[] pictures = sampler.Sample(new InferenceRequest { Count = 2, Seed = 1 });
            pictures.Zip(drawn.data<float>().ToArray(), (a, b) => Math.Abs(a - b)).Max().Should().BeLessThan(1e-4f);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Create_WhatCannotBeDistilled_NamesTheArgument()
    {
        using UNet network = new(Classes, 1), plain = new(TinyNetwork.Options, 1);
        network.eval();
        plain.eval();
        void Refused(Action action, string message) =>
            action.Should().Throw<ArgumentException>().WithMessage(message + "*");
        void Options(DistillationOptions options, string message) =>
            Refused(() => _ = new Distillation(network, Process, options), message);

        Options(new() { Steps = 0 }, "DistillationOptions.Steps must be ≥ 1, but is 0");
        Options(new() { Substeps = 0 }, "DistillationOptions.Substeps must be ≥ 1, but is 0");
        Options(new() { Sampler = KnownSamplers.Ddpm },
            "DistillationOptions.Sampler must be a deterministic sampler, ddim, dpm-solver++ or ipndm, but is ddpm");
        Options(new() { Guidance = -1 }, "DistillationOptions.Guidance must be ≥ 0, but is -1");
        Options(new() { LabelDropout = 2 }, "DistillationOptions.LabelDropout must be 0 … 1, but is 2");
        Options(new() { Steps = 10, Substeps = 10 },
            "Steps times Substeps must be below 100, the timesteps of the process, but is 10 · 10 = 100");
        Refused(() => _ = new Distillation(plain, Process, new() { Guidance = 2 }),
            "teacher must have classes for Guidance 2, but UNet has none");
        Refused(() => _ = new Distillation(network, Process.Respace(50)),
            "process must be the one that the network was trained with, but is respaced to 50 timesteps");
        var distillation = new Distillation(network, Process);
        Refused(() => distillation.CreateTrainer(network), "student must be a copy of the teacher, but is the teacher");
        var guided = new Distillation(network, Process, new() { Guidance = 2 });
        Refused(() => guided.CreateTrainer(network), "student must be a copy of the teacher, but is the teacher");
        Refused(() => distillation.Trajectories([1, 8, 9], 4, 1),
            "sampleShape must be [1, H, W] with sizes that are positive multiples of 2 for the network, but is [1, 8, 9]");
        Refused(() => distillation.Trajectories([1, 8, 8], 0, 1), "batchSize ('0') must be greater than or equal to '1'");
    }

    private static SamplingRequest Request() => new() { Count = 256, SampleShape = [2], Noise = new PerSampleNoise(99), BatchSize = 256 };

    private static Tensor FlowMap(ReverseDiffusion process, Tensor mean, Tensor covariance)
    {
        using var scope = NewDisposeScope();
        Tensor xT = new PerSampleNoise(99).Draw(new NoiseRequest
        {
            SampleIndices = [.. Enumerable.Range(0, 256).Select(k => (long)k)],
            Step = 0,
            Shape = [256, 2],
            ElementType = float32,
            Device = CPU,
        });
        double alphaBar = process.Coefficients.AlphaBars[^1];
        Tensor variance = covariance.diagonal();
        Tensor standard = (xT - mean * Math.Sqrt(alphaBar)) / (variance * alphaBar + (1 - alphaBar)).sqrt();
        return (mean + standard * variance.sqrt()).to(float32).MoveToOuterDisposeScope();
    }
}
