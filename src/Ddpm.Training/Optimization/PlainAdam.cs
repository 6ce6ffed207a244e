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
        Tensor[] norms = [.. gradients.OfType<Tensor>().Select(gradient => linalg.vector_norm(gradient))];
        return norms.Length == 0 ? 0 : linalg.vector_norm(stack(norms)).to(float64).item<double>();
    }

    protected override void Update(
        int[] indices, Tensor[] values, Tensor[] gradients, Tensor[] means, Tensor[] squares, double divisor, double learningRate)
    {
        for (int i = 0; i < values.Length; i++)
        {
            long step = Steps[indices[i]];
            double correction1 = 1 - Math.Pow(Settings.Beta1, step), correction2 = 1 - Math.Pow(Settings.Beta2, step);
            if (divisor != 1) gradients[i].div_(divisor);
            if (Settings.WeightDecay != 0) values[i].mul_(1 - learningRate * Settings.WeightDecay);
            means[i].mul_(Settings.Beta1).add_(gradients[i], alpha: 1 - Settings.Beta1);
            squares[i].mul_(Settings.Beta2).addcmul_(gradients[i], gradients[i], value: 1 - Settings.Beta2);
            Tensor denominator = (squares[i].sqrt() / Math.Sqrt(correction2)).add_(Settings.Epsilon);
            values[i].addcdiv_(means[i], denominator, value: -(learningRate / correction1));
        }
    }
}
