using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Which samples a network can be asked for, checked before anything is computed.</summary>
internal static class ShapeRules
{
    /// <summary>Throws where a network takes samples of another shape.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static void RequireSampleShape(this IEpsilonModel model, IReadOnlyList<long> shape, string name)
    {
        if (model.ExpectedShape(shape) is not { } expected) return;
        throw new ArgumentException($"{name} must be {expected} for the network, but is {Require.Shape([.. shape])}.", name);
    }

    /// <summary>Throws where a network takes examples of another shape than those of a batch.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static void RequireExamples(this IEpsilonModel model, Tensor batch, string name)
    {
        if (model.ExpectedShape(batch.shape[1..]) is not { } expected) return;
        throw new ArgumentException($"{name} must be a batch of {expected} for the network, but has {Require.Shape(batch)}.", name);
    }
}
