using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A network as one run asks it, with memory of its own that disposal frees. For one thread.</summary>
/// <param name="network">The network.</param>
internal abstract class RunNetwork(DescribedNetwork network) : IConditionalEpsilonModel, IDisposable
{
    public bool InTrainingMode => Network.InTrainingMode;

    public int ClassCount => Network.ClassCount;

    public bool HasNullLabel => Network.HasNullLabel;

    public IReadOnlyList<NetworkCondition> Conditions => Network.Conditions;

    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, default(BatchConditions));

    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t, new BatchConditions(labels));

    public abstract Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions);

    public abstract void Dispose();

    /// <summary>Gets the network.</summary>
    protected DescribedNetwork Network { get; } = network;
}
