using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Applies classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598): ε_∅ + w (ε_c - ε_∅), where ε_c knows the conditions, such as
/// the class, and ε_∅ does not: its class is none, its tensors are zeros. It wraps a conditional network, and
/// samplers call it like any other network; both predictions are one call with twice the batch.
/// </summary>
/// <remarks>
/// w = 1 is the network itself; a larger w gives more typical and less varied samples. (The paper's own w is ours - 1.) A learned variance
/// is taken from the conditional half.
/// </remarks>
public sealed class GuidedModel : IConditionalEpsilonModel, ICompilableModel
{
    private readonly IConditionalEpsilonModel model;
    private readonly IReadOnlyCollection<string> kept;

    /// <summary>Creates the guided form of a network.</summary>
    /// <param name="model">The network, which must take a null label if it has classes; the caller keeps it.</param>
    /// <param name="scale">w. Range: ≥ 0.</param>
    /// <param name="rescale">
    /// φ: the share of the guided prediction that is rescaled to the standard deviation of the conditional one, against over-exposure (Lin
    /// et al. 2023, arXiv:2305.08891, sec. 3.4; 0.7 there). Range: 0 … 1.
    /// </param>
    /// <param name="kept">
    /// The names of conditions that both predictions know, such as the small picture of a super-resolution. Default: none.
    /// </param>
    /// <exception cref="ArgumentException">
    /// An argument is out of range, the network takes no null label, or it has no condition of a name.
    /// </exception>
    public GuidedModel(
        IConditionalEpsilonModel model, double scale, double rescale = 0, IReadOnlyCollection<string>? kept = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        bool withoutClass = model.HasNullLabel || (model.ClassCount == 0 && model.Conditions.Count > 0);
        if (!withoutClass)
        {
            throw new ArgumentException(
                $"model must take a null label, for guidance asks without a class too, but {model.GetType().Name} takes none.",
                nameof(model));
        }

        foreach (string name in kept ?? [])
        {
            if (model.Conditions.Any(condition => condition.Name == name)) continue;
            throw new ArgumentException($"kept must be names of the network's conditions, but has \"{name}\".", nameof(kept));
        }

        this.model = model;
        this.kept = kept ?? [];
        Scale = Require.NotNegative(scale);
        Rescale = Require.UnitInterval(rescale);
    }

    /// <summary>Gets w, the strength of the guidance.</summary>
    public double Scale { get; }

    /// <summary>Gets φ, the share of the guided prediction that is rescaled.</summary>
    public double Rescale { get; }

    /// <inheritdoc/>
    public int ClassCount => model.ClassCount;

    /// <inheritdoc/>
    public IReadOnlyList<NetworkCondition> Conditions => model.Conditions;

    /// <inheritdoc/>
    public bool InTrainingMode => model.InTrainingMode;

    /// <inheritdoc/>
    public string? ExpectedShape(IReadOnlyList<long> sampleShape) => model.ExpectedShape(sampleShape);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger)
    {
        CompiledModel compiled = CompiledModel.Of(model, logger);
        return new CompiledModel(new GuidedModel((IConditionalEpsilonModel)compiled.Model, Scale, Rescale, kept), compiled);
    }

    /// <summary>Refuses: without a class there is nothing to guide.</summary>
    /// <param name="xt">The noisy examples.</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public Tensor Predict(Tensor xt, Tensor t) => throw new InvalidOperationException(LabelRules.NothingToGuide);

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t, new BatchConditions(labels));

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        if (conditions.IsEmpty || Scale == 1) return model.Predict(xt, t, conditions);
        Require.Batch(xt);
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        BatchConditions both = conditions.Select(
            labels => cat([labels, NoClass(labels)]),
            (name, value) => cat([value, kept.Contains(name) ? value : zeros_like(value)]));
        Tensor output = model.Predict(cat([xt, xt]), cat([t, t]), both);
        Tensor conditional = output.narrow(0, 0, xt.size(0)), unconditional = output.narrow(0, xt.size(0), xt.size(0));
        // The prediction is the first half of the channels where there are twice as many as x_t has.
        long channels = xt.dim() > 1 ? xt.size(1) : 0;
        bool learned = xt.dim() > 1 && output.size(1) == 2 * channels;
        Tensor with = learned ? conditional.narrow(1, 0, channels) : conditional;
        Tensor without = learned ? unconditional.narrow(1, 0, channels) : unconditional;
        Tensor guided = without.Plus((with - without).Times(Scale));
        if (Rescale > 0) guided *= (Deviation(with).Times(Rescale) / Deviation(guided)).Plus(1 - Rescale);
        return (learned ? cat([guided, conditional.narrow(1, channels, channels)], 1) : guided).MoveToOuterDisposeScope();
    }

    private static Tensor NoClass(Tensor labels)
    {
        using Scalar none = -1L;
        return full_like(labels, none);
    }

    // The standard deviation of each example, [B, 1, …].
    private static Tensor Deviation(Tensor x)
    {
        long[] shape = [x.size(0), .. Enumerable.Repeat(1L, (int)x.dim() - 1)];
        return x.reshape(x.size(0), -1).std(1, unbiased: true).reshape(shape);
    }
}
