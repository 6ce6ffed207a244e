using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>What the reverse process says of one step. Owns its tensors.</summary>
public sealed class ReverseMoments : IDisposable
{
    internal ReverseMoments(Tensor x0, Tensor mean)
    {
        X0 = x0;
        Mean = mean;
    }

    /// <summary>The estimate x̂_0 of the clean examples, after clipping, [B, …].</summary>
    public Tensor X0 { get; }

    /// <summary>The mean μ_θ(x_t, t) of p_θ(x_{t-1} | x_t), [B, …].</summary>
    public Tensor Mean { get; }

    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        X0.Dispose();
        Mean.Dispose();
    }
}
