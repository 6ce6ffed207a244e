using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Holds every term of the variational bound of a batch, in bits/dim, as float64 tensors on the CPU. It owns the tensors.
/// </summary>
public sealed class BoundTerms : IDisposable
{
    internal BoundTerms(Tensor total, Tensor prior, Tensor terms, Tensor x0Errors, Tensor noiseErrors)
    {
        Total = total;
        Prior = prior;
        Terms = terms;
        X0MeanSquaredErrors = x0Errors;
        NoiseMeanSquaredErrors = noiseErrors;
    }

    /// <summary>Gets the bound on the negative log-likelihood, L_T + … + L_0, in bits/dim, [B].</summary>
    public Tensor Total { get; }

    /// <summary>Gets L_T in bits/dim, [B].</summary>
    public Tensor Prior { get; }

    /// <summary>
    /// Gets the terms by ascending timestep in bits/dim, [B, T]: column 0 is L_0 (the decoder's), column t the paper's L_t.
    /// </summary>
    public Tensor Terms { get; }

    /// <summary>Gets the mean squared error of x̂_0, after clipping, by timestep, [B, T].</summary>
    public Tensor X0MeanSquaredErrors { get; }

    /// <summary>Gets the mean squared error of the noise that belongs to x̂_0, after clipping, by timestep, [B, T].</summary>
    public Tensor NoiseMeanSquaredErrors { get; }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        Total.Dispose();
        Prior.Dispose();
        Terms.Dispose();
        X0MeanSquaredErrors.Dispose();
        NoiseMeanSquaredErrors.Dispose();
    }
}
