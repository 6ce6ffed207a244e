using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Optimization;

public sealed class AdamOptimizerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Step_Twenty_AreTorchsBitForBit(double weightDecay)
    {
        using Parameter ours = new(linspace(-1, 1, 50).clone()), theirs = new(linspace(-1, 1, 50).clone());
        using var optimizer = new PlainAdam([ours], (new TrainingOptions { WeightDecay = weightDecay }).Adam);
        using optim.Optimizer reference = weightDecay == 0
            ? optim.Adam([theirs], 1e-2)
            : optim.AdamW([theirs], 1e-2, weight_decay: weightDecay);
        using Tensor scale = linspace(0.1, 30, 50);
        for (int step = 0; step < 20; step++)
        {
            ours.grad?.zero_();
            reference.zero_grad();
            (ours * scale + step).sin().sum().backward();
            (theirs * scale + step).sin().sum().backward();
            optimizer.Step([ours.grad], 1, 1e-2);
            reference.step();
            ours.sub(theirs).abs().max().item<float>().Should().BeLessThanOrEqualTo(weightDecay == 0 ? 0 : 1e-6f, "step {0}", step);
        }
    }

    [Fact]
    public void Step_KnownGradients_AreTheFormula()
    {
        using Parameter parameter = new(tensor(new[] { 1.0, -2.0 }));
        var options = new TrainingOptions { AdamBeta2 = 0.99, AdamEpsilon = 1e-3, WeightDecay = 0.5 };
        using var optimizer = new PlainAdam([parameter], options.Adam);
        double[] x = [1.0, -2.0], m = [0, 0], v = [0, 0];
        for (int step = 1; step <= 5; step++)
        {
            parameter.grad?.zero_();
            parameter.square().sum().backward();
            optimizer.Step([parameter.grad], 1, 0.1);
            for (int i = 0; i < 2; i++)
            {
                double gradient = 2 * x[i];
                x[i] *= 1 - 0.1 * 0.5;
                m[i] = 0.9 * m[i] + 0.1 * gradient;
                v[i] = 0.99 * v[i] + 0.01 * gradient * gradient;
                x[i] -= 0.1 * (m[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.99, step))) + 1e-3);
            }

            parameter.data<double>().ToArray().Should().BeEquivalentTo(
                x, options => options.Using<double>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-12)).WhenTypeIs<double>());
        }
    }
}
