using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Holds the inputs of one sampler step; the tensors belong to the sampler.</summary>
/// <param name="Output">The network's output at (x_t, t): [B, …], twice as many channels where the variance is learned.</param>
/// <param name="Xt">The samples x_t, [B, …].</param>
/// <param name="T">The timestep t of the process. Range: 0 ≤ t &lt; T.</param>
/// <param name="RawX0">The estimate x̂_0 before clipping, [B, …].</param>
/// <param name="X0">The estimate x̂_0 after clipping and after the hook, [B, …].</param>
/// <param name="X0Replaced">Whether a hook has replaced x̂_0, so that the output no longer fits it.</param>
public readonly record struct StepInput(Tensor Output, Tensor Xt, int T, Tensor RawX0, Tensor X0, bool X0Replaced)
{
    /// <summary>Gets what asks the network at t; null where the caller's own loop does.</summary>
    internal Func<Tensor, StepInput>? Network { get; init; }

    /// <summary>
    /// Asks the network again, at the same timestep, for a step that moves x_t before it goes on to t-1. Clipping, classes and the hook act
    /// as on the first call.
    /// </summary>
    /// <param name="xt">The moved samples, [B, …].</param>
    /// <returns>The input of a step from them.</returns>
    /// <exception cref="InvalidOperationException">The step is one of the caller's own loop, which asks the network itself.</exception>
    public StepInput Again(Tensor xt) => Network is { } network
        ? network(xt)
        : throw new InvalidOperationException("A step that asks the network again must be taken by a sampler, but is taken by itself.");

    /// <summary>
    /// The input of a step from a network's output: x̂_0 as predicted, and clipped as the process clips it. Called inside a dispose scope.
    /// </summary>
    internal static StepInput Of(ReverseDiffusion process, Tensor output, Tensor xt, int t)
    {
        Tensor raw = process.PredictX0(output, xt, t);
        return new StepInput(output, xt, t, raw, process.Options.Clipping.ApplyCore(raw), false);
    }
}
