using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Holds the loss of each example of a batch and its parts, and owns the tensors.</summary>
public sealed class ObjectiveTerms : IDisposable
{
    internal ObjectiveTerms(Tensor loss, Tensor? meanSquaredError, Tensor? bound)
    {
        Loss = loss;
        MeanSquaredError = meanSquaredError;
        Bound = bound;
    }

    /// <summary>Gets the loss to minimise, [B]; it carries gradients, and the caller reduces it.</summary>
    public Tensor Loss { get; }

    /// <summary>Gets the mean squared error of the network's output, without weights, [B]; null where the objective has none.</summary>
    public Tensor? MeanSquaredError { get; }

    /// <summary>Gets the term of the variational bound with its weight, [B]; null where the objective has none.</summary>
    public Tensor? Bound { get; }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        Loss.Dispose();
        MeanSquaredError?.Dispose();
        Bound?.Dispose();
    }
}
