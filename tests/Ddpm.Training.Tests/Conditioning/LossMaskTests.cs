using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Conditioning;

public sealed class LossMaskTests
{
    private static readonly ReverseDiffusion Process = new(new LinearSchedule(100, 1e-3, 0.2));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Step_Masked_IsTheWeightedMeanOverAllElements(int parts)
    {
        // With a network that gives 0 the error of each element is ε², so that the loss is Σ w ε² / Σ w.
        using var network = new Scale();
        using Trainer trainer = Trainer.Create(
            network, new SimpleObjective(Process), new TrainingOptions { Accumulation = parts }, null, new Counting());
        Tensor[] masks = [.. Enumerable.Range(0, parts).Select(part => rand(3, 1, 4, generator: new Generator((ulong)part + 1)))];
        using (Tensor unseen = masks[0].select(0, 1)) unseen.zero_();
        TrainingBatch[] batches = [.. masks.Select(mask => new TrainingBatch(zeros(3, 2, 4), mask: mask.clone()))];

        TrainingStep step = trainer.Step(batches);

        double weighted = 0, total = 0;
        for (int part = 0; part < parts; part++)
        {
            using Tensor eps = Counting.Noise(3 * part, 3, [3, 2, 4]);
            using Tensor wide = masks[part].expand(3, 2, 4);
            weighted += (eps.square() * wide).sum().item<float>();
            total += wide.sum().item<float>();
        }

        step.Loss.Should().BeApproximately(weighted / total, 1e-5 * weighted / total);
        step.Losses[1].Should().Be(0, "an example of which nothing counts");
        double.IsFinite(step.GradientNorm).Should().BeTrue();
    }

    [Fact]
    public void Objectives_MaskedElements_DoNotMatter()
    {
        var learned = new ReverseDiffusion(Process.Coefficients, new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange });
        using Tensor x0 = rand(4, 2, 6, generator: new Generator(1)) * 2 - 1;
        using Tensor eps = randn(4, 2, 6, generator: new Generator(2));
        using Tensor mask = ones(4, 2, 6);
        using Tensor changed = x0.clone();
        mask.narrow(2, 3, 3).zero_();
        changed.narrow(2, 3, 3).mul_(-0.5);
        long[] t = [0, 1, 50, 99];
        Objective[] objectives = [new SimpleObjective(Process), new VariationalObjective(Process), new HybridObjective(learned)];
        foreach (Objective objective in objectives)
        {
            bool twice = objective.Process.Options.Variance.IsLearned;
            var model = new Pointwise(twice);
            using Tensor masked = objective.Loss(model, x0, t, eps, mask), other = objective.Loss(model, changed, t, eps, mask);
            using Tensor cut = objective.Loss(model, x0.narrow(2, 0, 3).contiguous(), t, eps.narrow(2, 0, 3).contiguous());
            using Tensor free = objective.Loss(model, changed, t, eps);
            masked.allclose(other, 1e-6, 1e-7).Should().BeTrue(objective.GetType().Name);
            masked.allclose(cut, 1e-5, 1e-6).Should().BeTrue("the mean over what counts is that of the rest alone");
            free.allclose(masked, 1e-3).Should().BeFalse();
        }
    }

    [Fact]
    public void Step_WrongOrEmptyMask_IsRefused()
    {
        using var network = new Scale();
        using Trainer trainer = Trainer.Create(network, Process);
        using TrainingBatch nothing = new(zeros(2, 3), mask: zeros(2, 3));
        FluentActions.Invoking(() => trainer.Step([nothing]))
            .Should().Throw<ArgumentException>().WithMessage("The mask must weigh at least one element*");
        FluentActions.Invoking(() => new TrainingBatch(zeros(2, 3), mask: ones(2, 2)))
            .Should().Throw<ArgumentException>().WithMessage("mask must have the shape [2, 3] of x0*but has [2, 2]*");
        using Tensor x0 = zeros(2, 3), flat = ones(3);
        FluentActions.Invoking(() => new SimpleObjective(Process).Loss(network, x0, new long[] { 1, 2 }, x0, flat))
            .Should().Throw<ArgumentException>().WithMessage("mask must have the shape [2, 3] of x0*but has [3]*");
        trainer.StepsDone.Should().Be(0);
    }

    [Fact]
    public void MaskedBatches_AddTheMaskAndTheirName()
    {
        using var data = new Ddpm.Data.InMemoryDataset(ones(4, 3));
        var batches = new MaskedBatches(new ShuffledBatches(data, 2, 1), batch => batch.X0.narrow(1, 0, 1).clone(), "first column");
        using TrainingBatch batch = batches.Batch(0);
        batch.Mask!.shape.Should().Equal(2, 1);
        batches.Identity.Should().EndWith(", first column");
        using var network = new Scale();
        using Trainer trainer = Trainer.Create(network, Process);
        trainer.Run(batches, 3).Should().BeTrue();
    }

    private sealed class Scale : nn.Module<Tensor, Tensor, Tensor>, IEpsilonModel
    {
        private readonly Parameter weight = new(zeros(1));

        public Scale()
            : base(nameof(Scale)) => RegisterComponents();

        public override Tensor forward(Tensor x, Tensor t) => x * weight;

        public Tensor Predict(Tensor xt, Tensor t) => forward(xt, t);
    }

    // Each element's output depends on that element alone.
    private sealed class Pointwise(bool twice) : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => twice ? cat([xt * 0.3, xt * 0.1], 1) : xt * 0.3;
    }

    private sealed class Counting : INoiseSource
    {
        public static Tensor Noise(long first, int count, long[] shape) =>
            randn([count, .. shape[1..]], generator: new Generator((ulong)first + 100));

        public Tensor Draw(NoiseRequest request) => Noise(request.SampleIndices[0], request.SampleIndices.Count, [.. request.Shape]);
    }
}
