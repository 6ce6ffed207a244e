using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Passes t · 1000/T in place of t to a network, as a floating-point number: "rescale_timesteps" of improved-diffusion (arXiv:2102.09672),
/// for networks that were trained with it.
/// </summary>
public sealed class RescaledTimeModel : ICompilableModel
{
    private readonly IEpsilonModel model;
    private readonly int timesteps;

    /// <summary>Wraps a network.</summary>
    /// <param name="model">The network, which must take floating-point timesteps; the caller keeps it.</param>
    /// <param name="timesteps">T of the schedule that it was trained with. Range: ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timesteps"/> is below 1.</exception>
    public RescaledTimeModel(IEpsilonModel model, int timesteps)
    {
        ArgumentNullException.ThrowIfNull(model);
        this.model = model;
        this.timesteps = Require.AtLeast(timesteps, 1);
    }

    /// <inheritdoc/>
    public bool InTrainingMode => model.InTrainingMode;

    /// <inheritdoc/>
    public string? ExpectedShape(IReadOnlyList<long> sampleShape) => model.ExpectedShape(sampleShape);

    /// <inheritdoc/>
    public CompiledModel Compile(ILogger logger)
    {
        CompiledModel compiled = CompiledModel.Of(model, logger);
        return new CompiledModel(new RescaledTimeModel(compiled.Model, timesteps), compiled);
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(t);
        using var scope = NewDisposeScope();
        return model.Predict(xt, t.to(float32).Times(1000.0 / timesteps)).MoveToOuterDisposeScope();
    }

    /// <summary>Returns a text that identifies the wrapper in the settings of a run.</summary>
    public override string ToString() => FormattableString.Invariant($"{model.GetType().Name} with times of {timesteps} steps");
}
