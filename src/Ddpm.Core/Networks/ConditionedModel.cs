using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Gives a conditional network the conditions of one batch, so that bounds, likelihoods, scores and everything else without an argument for
/// them can use it.
/// </summary>
public sealed class ConditionedModel : ICompilableModel
{
    private readonly IConditionalEpsilonModel model;
    private readonly BatchConditions conditions;
    private readonly long rows;

    /// <summary>Wraps a network.</summary>
    /// <param name="model">The network; the caller keeps it.</param>
    /// <param name="conditions">
    /// The conditions of one example, which all examples get, or of each example of the batches to predict. The caller keeps the tensors
    /// until the model is no longer used.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The conditions are empty or do not fit the network, or are of different numbers of examples.
    /// </exception>
    public ConditionedModel(IConditionalEpsilonModel model, BatchConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(model);
        Tensor? first = conditions.Labels ?? conditions.Tensors.Values.FirstOrDefault();
        if (first is null || first.dim() < 1)
        {
            throw new ArgumentException("conditions must hold labels or a tensor with a batch axis, but hold neither.", nameof(conditions));
        }

        rows = first.size(0);
        if (conditions.Labels is not null && (first.dtype != ScalarType.Int64 || first.dim() != 1))
        {
            throw new ArgumentException(
                $"conditions.Labels must be int64 [B], but are {first.dtype} {Require.Shape(first)}.", nameof(conditions));
        }

        model.RequireConditions(conditions.Tensors, rows, null, nameof(conditions));
        this.model = model;
        this.conditions = conditions;
    }

    /// <inheritdoc/>
    public bool InTrainingMode => model.InTrainingMode;

    /// <inheritdoc/>
    public string? ExpectedShape(IReadOnlyList<long> sampleShape) => model.ExpectedShape(sampleShape);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger)
    {
        CompiledModel compiled = CompiledModel.Of(model, logger);
        return new CompiledModel(new ConditionedModel((IConditionalEpsilonModel)compiled.Model, conditions), compiled);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch has another number of examples than the conditions.</exception>
    public Tensor Predict(Tensor xt, Tensor t)
    {
        Require.Batch(xt);
        long batch = xt.size(0);
        if (batch == rows) return model.Predict(xt, t, conditions);
        if (rows != 1) throw new ArgumentException($"xt must have {rows} examples, as the conditions have, but has {batch}.", nameof(xt));
        using var scope = NewDisposeScope();
        Tensor All(Tensor one) => one.expand([batch, .. one.shape.AsSpan(1)]);
        return model.Predict(xt, t, conditions.Select(All)).MoveToOuterDisposeScope();
    }
}
