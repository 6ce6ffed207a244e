using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The loss of each example of a batch and the parts that it is made of. Owns its tensors.</summary>
public sealed class ObjectiveTerms : IDisposable
{
    internal ObjectiveTerms(Tensor loss, Tensor? meanSquaredError, Tensor? bound)
    {
        Loss = loss;
        MeanSquaredError = meanSquaredError;
        Bound = bound;
    }

    /// <summary>What is to be minimised, [B]; carries gradients. The reduction is the caller's.</summary>
    public Tensor Loss { get; }

    /// <summary>The mean squared error of the network's output, without weights, [B]; null where the objective has none.</summary>
    public Tensor? MeanSquaredError { get; }

    /// <summary>The term of the variational bound with its weight, [B]; null where the objective has none.</summary>
    public Tensor? Bound { get; }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Loss.Dispose();
        MeanSquaredError?.Dispose();
        Bound?.Dispose();
    }
}
