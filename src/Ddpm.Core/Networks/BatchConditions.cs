using System.Collections.ObjectModel;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Holds what a network is given for each example of a batch beside x_t and t: the class and named tensors. The caller keeps the tensors.
/// <c>default</c> holds nothing.
/// </summary>
public readonly struct BatchConditions
{
    private readonly IReadOnlyDictionary<string, Tensor>? tensors;

    /// <summary>Creates the conditions of a batch.</summary>
    /// <param name="labels">The class of each example, int64 [B]; -1 is none. Default: no classes.</param>
    /// <param name="tensors">
    /// A tensor for each <see cref="NetworkCondition"/> of the network, by its name: [B, C, …], or [B, C] for a vector. Zeros stand for a
    /// condition that is absent. Default: none.
    /// </param>
    public BatchConditions(Tensor? labels = null, IReadOnlyDictionary<string, Tensor>? tensors = null)
    {
        Labels = labels;
        this.tensors = tensors;
    }

    /// <summary>Gets the class of each example, int64 [B]; -1 is none. Null for a batch without classes.</summary>
    public Tensor? Labels { get; }

    /// <summary>Gets the tensors by the names of their conditions.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors ?? ReadOnlyDictionary<string, Tensor>.Empty;

    /// <summary>Gets whether there is neither a class nor a tensor.</summary>
    internal bool IsEmpty => Labels is null && Tensors.Count == 0;

    /// <summary>Changes each part.</summary>
    internal BatchConditions Select(Func<Tensor, Tensor> labels, Func<string, Tensor, Tensor> each) => new(
        Labels is null ? null : labels(Labels),
        tensors?.ToDictionary(pair => pair.Key, pair => each(pair.Key, pair.Value)));

    /// <summary>Changes each part in the same way.</summary>
    internal BatchConditions Select(Func<Tensor, Tensor> each) => Select(each, (_, value) => each(value));
}
