using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Applies classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598): ε_∅ + w (ε_c - ε_∅), where ε_c knows the class and ε_∅ does
/// not. It wraps a conditional network, and samplers call it like any other network; both predictions are one call with twice the batch.
/// </summary>
/// <remarks>
/// w = 1 is the network itself; a larger w gives more typical and less varied samples. (The paper's own w is ours - 1.) A learned variance
/// is taken from the conditional half.
/// </remarks>
public sealed class GuidedModel : IConditionalEpsilonModel, ICompilableModel
{
    private readonly IConditionalEpsilonModel model;

    /// <summary>Creates the guided form of a network.</summary>
    /// <param name="model">The network, which must take a null label; the caller keeps it.</param>
    /// <param name="scale">w. Range: ≥ 0.</param>
    /// <param name="rescale">
    /// φ: the share of the guided prediction that is rescaled to the standard deviation of the conditional one, against over-exposure (Lin
    /// et al. 2023, arXiv:2305.08891, sec. 3.4; 0.7 there). Range: 0 … 1.
    /// </param>
    /// <exception cref="ArgumentException">An argument is out of range, or the network takes no null label.</exception>
    public GuidedModel(IConditionalEpsilonModel model, double scale, double rescale = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.HasNullLabel)
        {
            throw new ArgumentException(
                $"model must take a null label, for guidance asks without a class too, but {model.GetType().Name} takes none.",
                nameof(model));
        }

        this.model = model;
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
    public bool InTrainingMode => model.InTrainingMode;

    /// <inheritdoc/>
    public string? ExpectedShape(IReadOnlyList<long> sampleShape) => model.ExpectedShape(sampleShape);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger)
    {
        CompiledModel compiled = CompiledModel.Of(model, logger);
        return new CompiledModel(new GuidedModel((IConditionalEpsilonModel)compiled.Model, Scale, Rescale), compiled);
    }

    /// <summary>Refuses: without a class there is nothing to guide.</summary>
    /// <param name="xt">The noisy examples.</param>
    /// <param name="t">The timesteps.</param>
    /// <returns>Nothing.</returns>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public Tensor Predict(Tensor xt, Tensor t) => throw new InvalidOperationException(LabelRules.NothingToGuide);

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
    {
        if (labels is null || Scale == 1) return model.Predict(xt, t, labels);
        Require.Batch(xt);
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        using Scalar none = -1L;
        Tensor output = model.Predict(cat([xt, xt]), cat([t, t]), cat([labels, full_like(labels, none)]));
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

    // The standard deviation of each example, [B, 1, …].
    private static Tensor Deviation(Tensor x)
    {
        long[] shape = [x.size(0), .. Enumerable.Repeat(1L, (int)x.dim() - 1)];
        return x.reshape(x.size(0), -1).std(1, unbiased: true).reshape(shape);
    }
}
