using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>The gradients of some parameters in one flat tensor, which ranks average with one call.</summary>
internal sealed class GradientBucket : IDisposable
{
    private readonly int[] indices;
    private readonly Tensor[] views;

    /// <summary>Creates a bucket for parameters of one type on one device.</summary>
    /// <param name="indices">Which parameters.</param>
    /// <param name="parameters">All parameters.</param>
    public GradientBucket(int[] indices, Parameter[] parameters)
    {
        this.indices = indices;
        using var scope = NewDisposeScope();
        Parameter first = parameters[indices[0]];
        Flat = zeros([indices.Sum(i => parameters[i].numel())], first.dtype, first.device).DetachFromDisposeScope();
        long offset = 0;
        views = new Tensor[indices.Length];
        for (int k = 0; k < indices.Length; k++)
        {
            long count = parameters[indices[k]].numel();
            views[k] = Flat.narrow(0, offset, count).view(parameters[indices[k]].shape).DetachFromDisposeScope();
            offset += count;
        }
    }

    /// <summary>Gets all gradients one after the other.</summary>
    public Tensor Flat { get; }

    /// <summary>Takes the gradients in; zero for those that are missing.</summary>
    public void Fill(Tensor?[] gradients)
    {
        for (int k = 0; k < indices.Length; k++)
        {
            if (gradients[indices[k]] is { } gradient) views[k].copy_(gradient);
            else views[k].zero_();
        }
    }

    /// <summary>Gives the averages back; those that were missing appear where another rank had them.</summary>
    public void Spill(Tensor?[] gradients, ReadOnlySpan<double> shares, Parameter[] parameters)
    {
        for (int k = 0; k < indices.Length; k++)
        {
            int i = indices[k];
            if (gradients[i] is null && shares[i] > 0) gradients[i] = empty_like(parameters[i], requires_grad: false);
            gradients[i]?.copy_(views[k]);
        }
    }

    public void Dispose()
    {
        foreach (Tensor view in views) view.Dispose();
        Flat.Dispose();
    }
}
