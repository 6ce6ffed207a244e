using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Holds the distribution p_θ(x_{t-1} | x_t) of one step, and owns its tensors.</summary>
public sealed class ReverseMoments : IDisposable
{
    internal ReverseMoments(Tensor x0, Tensor mean, Tensor variance, Tensor logVariance)
    {
        X0 = x0;
        Mean = mean;
        Variance = variance;
        LogVariance = logVariance;
    }

    /// <summary>Gets the estimate x̂_0 of the clean examples, after clipping, [B, …].</summary>
    public Tensor X0 { get; }

    /// <summary>Gets the mean μ_θ(x_t, t) of p_θ(x_{t-1} | x_t), [B, …].</summary>
    public Tensor Mean { get; }

    /// <summary>
    /// Gets the variance σ_t² of p_θ(x_{t-1} | x_t), broadcastable to [B, …]: of that shape where it is learned; else [B, 1, …], or [] in
    /// float64 when the timestep is shared.
    /// </summary>
    public Tensor Variance { get; }

    /// <summary>
    /// Gets ln σ_t² for a likelihood, in the shape of <see cref="Variance"/>: its logarithm, except at t = 0, where
    /// <see cref="ReverseDiffusionOptions.InitialLogVariance"/> chooses the value.
    /// </summary>
    public Tensor LogVariance { get; }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        X0.Dispose();
        Mean.Dispose();
        Variance.Dispose();
        LogVariance.Dispose();
    }
}
