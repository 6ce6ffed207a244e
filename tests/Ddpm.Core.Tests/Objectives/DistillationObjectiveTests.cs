using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Objectives;

public sealed class DistillationObjectiveTests
{
    private static readonly ReverseDiffusion Full = new(
        new LinearSchedule(), new ReverseDiffusionOptions { Prediction = Prediction.X0, Variance = ReverseVariance.FixedSmall });

    [Fact]
    public void Loss_AgainstTheModelsOwnDdimSamples_IsZeroToTheBit()
    {
        ReverseDiffusion process = Full.Respace([100, 400, 700, 999]);
        var network = new GoldenNetwork("x0", "none");
        using var scope = NewDisposeScope();
        var request = new SamplingRequest { Count = 3, SampleShape = [3, 4, 4], Noise = new PerSampleNoise(1), ElementType = float64 };
        Tensor trajectories = stack(
            [.. new DdimSampler(network, process).Steps(request).Select(state => state.X.clone())], 1);

        new DistillationObjective(process).Loss(network, trajectories, 0, zeros_like(trajectories)).Values()
            .Should().OnlyContain(loss => loss == 0);
    }

    [Fact]
    public void Loss_OneStep_IsTheMeanDistanceAndPullsClippedValuesBackAlone()
    {
        // One step from t = 0 hands x̂_0 on. Clipped to 1: the first should be lower, the second even higher, the third is not clipped.
        using var scope = NewDisposeScope();
        using var student = new Constant([1.5, 1.5, 0.5]);
        Tensor trajectories = stack([zeros([1, 3], float64), tensor(new[,] { { 0.9, 1.2, 0.9 } })], 1);

        Tensor loss = new DistillationObjective(Full.Respace([0])).Loss(student, trajectories, 0, zeros_like(trajectories));
        loss.sum().backward();

        loss.Values().ShouldBeClose([(0.1 + 0.2 + 0.4) / 3], 0, 1e-12, "loss");
        student.Value.grad!.Values().ShouldBeClose([1 / 3.0, 0, -1 / 3.0], 0, 1e-12, "gradient");
    }

    [Fact]
    public void Loss_Gradient_IsThatOfFiniteDifferences()
    {
        // x̂_0 does not depend on x_t here, so that the differences see no path through the first step either.
        using var scope = NewDisposeScope();
        var objective = new DistillationObjective(Full.Respace([100, 300]));
        using var student = new Constant([0.3, -0.2]);
        Tensor trajectories = tensor(new[, ,] { { { 0.7, -1.1 }, { 0.1, 0.2 }, { 0.9, 0.4 } } });
        Tensor Each() => objective.Loss(student, trajectories, 0, zeros_like(trajectories));
        Each().sum().backward();
        double[] gradient = student.Value.grad!.Values();
        using var noGradient = no_grad();
        for (int i = 0; i < 2; i++)
        {
            const double Width = 1e-6;
            Tensor bump = zeros([2], float64);
            bump[i] = Width;
            student.Value.add_(bump);
            double above = Each().Values()[0];
            student.Value.sub_(bump * 2);
            double below = Each().Values()[0];
            student.Value.add_(bump);
            gradient[i].Should().BeApproximately((above - below) / (2 * Width), 1e-8);
        }
    }

    [Fact]
    public void Loss_NoTrajectoriesOrAMask_IsRefused()
    {
        using var scope = NewDisposeScope();
        var objective = new DistillationObjective(Full.Respace([100, 300]));
        var network = new GoldenNetwork("x0", "none");
        Tensor x0 = zeros(2, 3, 4);
        FluentActions.Invoking(() => objective.Loss(network, zeros(2, 4, 4), 0, zeros(2, 4, 4)))
            .Should().Throw<ArgumentException>()
            .WithMessage("x0 must hold trajectories [B, 3, …] of 2 steps, but has the shape [2, 4, 4]*");
        FluentActions.Invoking(() => objective.Loss(network, x0, 0, x0, x0))
            .Should().Throw<ArgumentException>().WithMessage("mask must be null*");
    }

    private sealed class Constant : IEpsilonModel, IDisposable
    {
        public Constant(double[] values) => Value = tensor(values, requires_grad: true).DetachFromDisposeScope();

        public Tensor Value { get; }

        public Tensor Predict(Tensor xt, Tensor t) => Value.unsqueeze(0).expand(xt.shape).clone();

        public void Dispose() => Value.Dispose();
    }
}
