using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A layer whose gradients libtorch computes: a graph of its own, from its inputs to its feature.</summary>
/// <param name="feature">What it computes.</param>
/// <param name="inputs">The features that it reads.</param>
/// <param name="compute">Computes it.</param>
internal sealed class TorchLayer(Feature feature, IReadOnlyList<Feature> inputs, Func<GradientPart, Tensor[], Tensor> compute)
    : GradientLayer(feature, inputs, feature.Operation)
{
    // Libtorch divides sums among its threads. On one of them their order is the same for any number, and these are few: convolutions from
    // and to images, and dense layers of conditioning vectors.
    private readonly bool isOfOneThread = feature.Operation is LinearOperation
        || (feature.Operation is ConvolutionOperation && (feature.Channels % Plane.Block != 0 || inputs[0].Channels % Plane.Block != 0));

    /// <inheritdoc/>
    public override Tensor Forward(GradientPart part, Tensor[] values, List<Tensor> saved)
    {
        using OpenMpThreads.Limit limit = Threads();
        if (!part.Needs(Feature)) return compute(part, values);
        Tensor[] leaves = new Tensor[values.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            Tensor leaf = values[i].detach();
            leaves[i] = leaf.requires_grad_(part.Needs(Inputs[i]));
        }

        using var withGradient = enable_grad();
        Tensor result = compute(part, leaves);
        saved.AddRange(leaves);
        saved.Add(result);
        return result.detach();
    }

    /// <inheritdoc/>
    public override Tensor Differentiable(GradientPart part, Tensor[] values, IReadOnlyList<Tensor> saved)
    {
        if (Feature.Operation is not DropoutOperation) return compute(part, values);
        // What was drawn: the slope of each number.
        using Tensor ones = ones_like(saved[1]);
        using Tensor mask = autograd.grad([saved[1]], [saved[0]], [ones], retain_graph: true)[0];
        return values[0] * mask;
    }

    /// <inheritdoc/>
    public override Tensor?[] Backward(GradientPart part, Tensor gradient, IReadOnlyList<Tensor> saved)
    {
        Feature[] features = [.. Inputs.Where(part.Needs)];
        ParameterShape[] parameters = [.. Parameters.Where(part.Needs)];
        IEnumerable<Tensor> read = saved.Take(Inputs.Count).Where((_, i) => part.Needs(Inputs[i]));
        Tensor[] leaves = [.. read, .. parameters.Select(part.Program.Parameter)];
        using OpenMpThreads.Limit limit = Threads();
        // Again and again: whether the caller asks for the graph a second time is not known here.
        IList<Tensor> gradients = autograd.grad([saved[^1]], leaves, [gradient], retain_graph: true);
        for (int i = 0; i < parameters.Length; i++) part.Give(parameters[i], gradients[features.Length + i]);
        int next = 0;
        return [.. Inputs.Select(input => part.Needs(input) ? gradients[next++] : null)];
    }

    private OpenMpThreads.Limit Threads() => isOfOneThread ? OpenMpThreads.LimitTo(1) : default;
}
