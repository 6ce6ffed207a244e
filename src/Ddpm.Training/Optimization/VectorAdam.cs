using Ddpm.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>The update by this library's own kernels, for parameters in float32 on the CPU: see <see cref="WeightUpdates"/>.</summary>
internal sealed class VectorAdam(Parameter[] parameters, AdamSettings settings) : AdamOptimizer(parameters, settings)
{
    /// <summary>Returns whether it can update a parameter.</summary>
    public static bool Fits(Parameter parameter) => WeightUpdates.Fits(parameter);

    public override double Norm(Tensor?[] gradients)
    {
        using var scope = NewDisposeScope();
        return WeightUpdates.Norm([.. gradients.OfType<Tensor>().Select(gradient => gradient.contiguous())]);
    }

    protected override void Update(
        int[] indices, Tensor[] values, Tensor[] gradients, Tensor[] means, Tensor[] squares, double divisor, double learningRate)
    {
        WeightUpdates.Adam(
            values, [.. gradients.Select(gradient => gradient.contiguous())], means, squares,
            [.. indices.Select(i => Numbers(Steps[i], divisor, learningRate))]);
        FusedOperations.CountChange(values);
    }

    private AdamStep Numbers(long step, double divisor, double learningRate) => new(
        (float)(1 - learningRate * Settings.WeightDecay), (float)(learningRate / (1 - Math.Pow(Settings.Beta1, step))),
        (float)(1 / Math.Sqrt(1 - Math.Pow(Settings.Beta2, step))), (float)(1 - Settings.Beta1), (float)Settings.Beta2,
        (float)(1 - Settings.Beta2), (float)Settings.Epsilon, (float)divisor);
}
