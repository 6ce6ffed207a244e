using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Holds the terms of eq. 16 (Ho et al. 2020, arXiv:2006.11239) on the trajectories of a batch, in bits/dim, as float64 tensors on the CPU.
/// The mean of each over trajectories is the paper's term. It owns the tensors.
/// </summary>
public sealed class AutoregressiveTerms : IDisposable
{
    internal AutoregressiveTerms(Tensor total, Tensor prior, Tensor terms, Tensor entropy)
    {
        Total = total;
        Prior = prior;
        Terms = terms;
        Entropy = entropy;
    }

    /// <summary>
    /// Gets the sum of all terms, [B]: log q(x_1 … x_T | x_0)/p_θ(x_0 … x_T) of each trajectory (eq. 3), whose mean is the bound L.
    /// </summary>
    public Tensor Total { get; }

    /// <summary>Gets log q(x_T)/p(x_T), [B], whose mean is KL(q(x_T) ‖ p(x_T)).</summary>
    public Tensor Prior { get; }

    /// <summary>
    /// Gets log q(x_{t-1} | x_t)/p_θ(x_{t-1} | x_t), [B, T], by ascending timestep; the means are the divergences KL(q(x_{t-1} | x_t) ‖
    /// p_θ(x_{t-1} | x_t)). Column 0 is of the last step, from x_1 to x_0 in the paper's numbers.
    /// </summary>
    public Tensor Terms { get; }

    /// <summary>
    /// Gets -log q(x_0), [B], whose mean is the entropy H(x_0): of probabilities for discrete data, else the differential entropy.
    /// </summary>
    public Tensor Entropy { get; }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        Total.Dispose();
        Prior.Dispose();
        Terms.Dispose();
        Entropy.Dispose();
    }
}
