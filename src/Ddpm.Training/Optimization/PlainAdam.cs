using Ddpm.Core;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>The update tensor after tensor, with TorchSharp's operations in TorchSharp's order: the reference.</summary>
internal sealed class PlainAdam(Parameter[] parameters, AdamSettings settings) : AdamOptimizer(parameters, settings)
{
    public override double Norm(Tensor?[] gradients)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] norms = [.. gradients.OfType<Tensor>().Select(gradient => gradient.norm())];
        return norms.Length == 0 ? 0 : stack(norms).norm().to(float64).item<double>();
    }

    protected override void Update(
        int[] indices, Tensor[] values, Tensor[] gradients, Tensor[] means, Tensor[] squares, double divisor, double learningRate)
    {
        for (int i = 0; i < values.Length; i++)
        {
            long step = Steps[indices[i]];
            double correction1 = 1 - Math.Pow(Settings.Beta1, step), correction2 = 1 - Math.Pow(Settings.Beta2, step);
            if (divisor != 1) gradients[i].DivideInPlace(divisor);
            if (Settings.WeightDecay != 0) values[i].MultiplyInPlace(1 - learningRate * Settings.WeightDecay);
            means[i].MultiplyInPlace(Settings.Beta1).AddInPlace(gradients[i], 1 - Settings.Beta1);
            using Scalar share = 1 - Settings.Beta2, change = -(learningRate / correction1);
            squares[i].MultiplyInPlace(Settings.Beta2).addcmul_(gradients[i], gradients[i], share);
            Tensor denominator = squares[i].sqrt().Over(Math.Sqrt(correction2)).Plus(Settings.Epsilon);
            values[i].addcdiv_(means[i], denominator, change);
        }
    }
}
