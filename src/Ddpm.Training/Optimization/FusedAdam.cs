using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>The update in one pass over all parameters, see <see cref="FusedOperations"/>.</summary>
internal sealed class FusedAdam : AdamOptimizer
{
    private readonly Tensor[] steps;

    public FusedAdam(Parameter[] parameters, AdamSettings settings)
        : base(parameters, settings) =>
        steps = [.. parameters.Select(parameter => zeros([], float32, parameter.device).DetachFromDisposeScope())];

    public override double Norm(Tensor?[] gradients)
    {
        using var noGradient = no_grad();
        Tensor[] present = [.. gradients.OfType<Tensor>()];
        return present.Length == 0 ? 0 : FusedOperations.Norm(present);
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (Tensor step in steps) step.Dispose();
    }

    protected override void Update(
        int[] indices, Tensor[] values, Tensor[] gradients, Tensor[] means, Tensor[] squares, double divisor, double learningRate)
    {
        foreach (int i in indices) steps[i].FillInPlace((float)Steps[i]);
        FusedOperations.AdamW(
            values, gradients, means, squares, [.. indices.Select(i => steps[i])], learningRate, Settings.Beta1, Settings.Beta2,
            Settings.WeightDecay, Settings.Epsilon, divisor);
    }
}
