using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Applies autoguidance (Karras et al. 2024, arXiv:2406.02507): ε_weak + w (ε - ε_weak), where ε_weak is the prediction of a weaker version
/// of the network, such as an earlier snapshot of its training. It needs no classes. Samplers call it like any other network.
/// </summary>
/// <remarks>
/// w = 1 is the network itself. Where the weaker network errs, the better one errs in the same direction, but less: away from the weaker
/// one lies the data. Both networks must predict the same quantity of the same process. Both get the conditions, where they know any. A
/// learned variance is the better network's.
/// </remarks>
public sealed class AutoguidedModel : IConditionalEpsilonModel, ICompilableModel
{
    private readonly IEpsilonModel model, weak;
    private readonly GuidanceRule rule;

    /// <summary>Creates the guided form of a network.</summary>
    /// <param name="model">The network; the caller keeps it.</param>
    /// <param name="weak">
    /// The weaker network: trained for fewer steps, with fewer channels, or an average that is too short or too long. It must know the
    /// classes and conditions of <paramref name="model"/>. The caller keeps it.
    /// </param>
    /// <param name="scale">w. Range: ≥ 0.</param>
    /// <param name="rescale">
    /// φ: the share of the guided prediction that is rescaled to the standard deviation of the better one (Lin et al. 2023,
    /// arXiv:2305.08891, sec. 3.4). Range: 0 … 1.
    /// </param>
    /// <param name="interval">
    /// The timesteps with guidance (Kynkäänniemi et al. 2024, arXiv:2404.07724); elsewhere the weaker network is not called. Default: all.
    /// </param>
    /// <exception cref="ArgumentException">An argument is out of range, or the networks know different classes or conditions.</exception>
    public AutoguidedModel(
        IEpsilonModel model, IEpsilonModel weak, double scale, double rescale = 0, GuidanceInterval? interval = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weak);
        if (Classes(weak) != Classes(model))
        {
            throw new ArgumentException(
                $"weak must know as many classes as model, {Classes(model)}, but knows {Classes(weak)}.", nameof(weak));
        }

        if (!ConditionsOf(weak).ToHashSet().SetEquals(ConditionsOf(model)))
        {
            throw new ArgumentException(
                $"weak must know the conditions of model, {Names(model)}, but knows {Names(weak)}.", nameof(weak));
        }

        (this.model, this.weak) = (model, weak);
        rule = GuidanceRule.Of(scale, rescale, interval);
    }

    /// <summary>Gets w, the strength of the guidance.</summary>
    public double Scale => rule.Scale;

    /// <summary>Gets φ, the share of the guided prediction that is rescaled.</summary>
    public double Rescale => rule.Rescale;

    /// <summary>Gets the timesteps with guidance; null for all.</summary>
    public GuidanceInterval? Interval => rule.Interval;

    /// <inheritdoc/>
    public int ClassCount => Classes(model);

    /// <inheritdoc/>
    public bool HasNullLabel => NullLabel(model) && NullLabel(weak);

    /// <inheritdoc/>
    public IReadOnlyList<NetworkCondition> Conditions => ConditionsOf(model);

    /// <inheritdoc/>
    public bool InTrainingMode => model.InTrainingMode || weak.InTrainingMode;

    /// <inheritdoc/>
    public string? ExpectedShape(IReadOnlyList<long> sampleShape) =>
        model.ExpectedShape(sampleShape) ?? weak.ExpectedShape(sampleShape);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger)
    {
        CompiledModel better = CompiledModel.Of(model, logger);
        try
        {
            CompiledModel worse = CompiledModel.Of(weak, logger);
            return new CompiledModel(new AutoguidedModel(better.Model, worse.Model, Scale, Rescale, Interval), new Both(better, worse));
        }
        catch
        {
            better.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, default(BatchConditions));

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t, new BatchConditions(labels));

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        Require.Batch(xt);
        ArgumentNullException.ThrowIfNull(t);
        Tensor better = Of(model, xt, t, conditions);
        if (!rule.ActsOn(t)) return better;
        using var scope = NewDisposeScope();
        using Tensor own = better, worse = Of(weak, xt, t, conditions);
        return rule.Guide(own, worse, xt, t).MoveToOuterDisposeScope();
    }

    private static Tensor Of(IEpsilonModel network, Tensor xt, Tensor t, BatchConditions conditions)
    {
        if (network is IConditionalEpsilonModel conditional) return conditional.Predict(xt, t, conditions);
        if (conditions.IsEmpty) return network.Predict(xt, t);
        throw new ArgumentException($"conditions must be empty, for {network.GetType().Name} knows none.", nameof(conditions));
    }

    private static int Classes(IEpsilonModel network) => (network as IConditionalEpsilonModel)?.ClassCount ?? 0;

    private static bool NullLabel(IEpsilonModel network) => (network as IConditionalEpsilonModel)?.HasNullLabel ?? true;

    private static IReadOnlyList<NetworkCondition> ConditionsOf(IEpsilonModel network) =>
        (network as IConditionalEpsilonModel)?.Conditions ?? [];

    private static string Names(IEpsilonModel network) => ConditionsOf(network) is { Count: > 0 } known
        ? string.Join(", ", known.Select(condition => $"\"{condition.Name}\""))
        : "none";

    private sealed class Both(CompiledModel better, CompiledModel worse) : IDisposable
    {
        public void Dispose()
        {
            worse.Dispose();
            better.Dispose();
        }
    }
}
