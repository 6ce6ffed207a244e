using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Gives all examples of a conditional network one class, so that a sampler without classes can use it.</summary>
public sealed class LabelledModel : ICompilableModel
{
    private readonly IConditionalEpsilonModel model;
    private readonly long label;

    /// <summary>Wraps a network.</summary>
    /// <param name="model">The network; the caller keeps it.</param>
    /// <param name="label">The class. Range: 0 … <see cref="IConditionalEpsilonModel.ClassCount"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The network has no such class.</exception>
    public LabelledModel(IConditionalEpsilonModel model, long label)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (label < 0 || label >= model.ClassCount)
        {
            throw new ArgumentOutOfRangeException(nameof(label), label,
                $"label must be a class 0 … {model.ClassCount - 1} of the network, but is {label}.");
        }

        this.model = model;
        this.label = label;
    }

    /// <inheritdoc/>
    public bool InTrainingMode => model.InTrainingMode;

    /// <inheritdoc/>
    public string? ExpectedShape(IReadOnlyList<long> sampleShape) => model.ExpectedShape(sampleShape);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger)
    {
        CompiledModel compiled = CompiledModel.Of(model, logger);
        return new CompiledModel(new LabelledModel((IConditionalEpsilonModel)compiled.Model, label), compiled);
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(xt);
        using Scalar value = label;
        using Tensor labels = full(xt.size(0), value, int64, xt.device);
        return model.Predict(xt, t, labels);
    }
}
