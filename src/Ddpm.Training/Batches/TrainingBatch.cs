using System.Collections.ObjectModel;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Holds the examples of a training step with their labels, mask and conditions. It owns the tensors, which belong to no dispose scope:
/// dispose it.
/// </summary>
public sealed class TrainingBatch : IDisposable
{
    /// <summary>Creates a batch.</summary>
    /// <param name="x0">The clean examples x_0, floating-point [B, …] with B ≥ 1; the batch takes ownership.</param>
    /// <param name="labels">The class of each example, -1 for none; null if no example has a class.</param>
    /// <param name="mask">
    /// The weight of each element in the loss, in the shape of <paramref name="x0"/> or with axes of 1 after the first; the batch takes
    /// ownership. Default: all count equally. Range: ≥ 0.
    /// </param>
    /// <param name="conditions">
    /// A floating-point tensor [B, …] for each of the network's <see cref="Core.IConditionalEpsilonModel.Conditions"/>, by its name; the
    /// batch takes ownership. Default: none.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="x0"/> is empty or not floating-point, or labels, mask or conditions do not fit it.
    /// </exception>
    public TrainingBatch(
        Tensor x0, IReadOnlyList<long>? labels = null, Tensor? mask = null, IReadOnlyDictionary<string, Tensor>? conditions = null)
    {
        ArgumentNullException.ThrowIfNull(x0);
        if (x0.dim() < 1 || x0.numel() == 0 || !x0.is_floating_point())
        {
            throw new ArgumentException(
                $"x0 must hold floating-point examples [B, …], but is {x0.dtype} [{string.Join(", ", x0.shape)}].", nameof(x0));
        }

        if (labels is not null && labels.Count != x0.size(0))
        {
            throw new ArgumentException(
                $"labels must be one for each of the {x0.size(0)} examples, but are {labels.Count}.", nameof(labels));
        }

        if (mask is not null &&
            !(mask.dim() == x0.dim() && Enumerable.Range(0, (int)x0.dim()).All(Fits)))
        {
            throw new ArgumentException(
                $"mask must have the shape [{string.Join(", ", x0.shape)}] of x0, or 1 for axes after the first, but has " +
                $"[{string.Join(", ", mask.shape)}].",
                nameof(mask));
        }

        foreach ((string name, Tensor value) in conditions ?? ReadOnlyDictionary<string, Tensor>.Empty)
        {
            if (value is not null && value.is_floating_point() && value.dim() > 0 && value.size(0) == x0.size(0)) continue;
            string actual = value is null ? "null" : $"{value.dtype} [{string.Join(", ", value.shape)}]";
            throw new ArgumentException(
                $"conditions[\"{name}\"] must hold floating-point numbers of {x0.size(0)} examples, but is {actual}.", nameof(conditions));
        }

        X0 = x0.DetachFromDisposeScope();
        Conditions = conditions is null
            ? ReadOnlyDictionary<string, Tensor>.Empty
            : conditions.ToDictionary(pair => pair.Key, pair => pair.Value.DetachFromDisposeScope()).AsReadOnly();
        Labels = labels;
        Mask = mask?.DetachFromDisposeScope();

        bool Fits(int axis) => mask.size(axis) == x0.size(axis) || (axis > 0 && mask.size(axis) == 1);
    }

    /// <summary>Gets the clean examples x_0, [B, …].</summary>
    public Tensor X0 { get; }

    /// <summary>Gets the class of each example, -1 for none; null if no example has a class.</summary>
    public IReadOnlyList<long>? Labels { get; }

    /// <summary>Gets the weight of each element in the loss; null: all count equally.</summary>
    public Tensor? Mask { get; }

    /// <summary>Gets the tensors that the network is given for the examples, by the names of their conditions.</summary>
    public IReadOnlyDictionary<string, Tensor> Conditions { get; }

    private IEnumerable<Tensor> Tensors => [X0, .. Mask is null ? Enumerable.Empty<Tensor>() : [Mask], .. Conditions.Values];

    /// <summary>Copies some of the examples.</summary>
    /// <param name="first">The place of the first example. Range: ≥ 0.</param>
    /// <param name="count">The number of examples. Range: ≥ 1.</param>
    /// <returns>A new batch; the caller disposes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The batch has no such examples.</exception>
    public TrainingBatch Part(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (first + (long)count > X0.size(0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"first + count must be at most {X0.size(0)}, the number of examples, but is {first + (long)count}.");
        }

        using var scope = NewDisposeScope();
        return new TrainingBatch(
            X0.narrow(0, first, count).clone(),
            Labels is null ? null : [.. Labels.Skip(first).Take(count)],
            Mask?.narrow(0, first, count).clone(),
            Conditions.ToDictionary(pair => pair.Key, pair => pair.Value.narrow(0, first, count).clone()));
    }

    /// <summary>Copies the batch into page-locked memory, which needs a CUDA device.</summary>
    internal TrainingBatch Pin()
    {
        using var scope = NewDisposeScope();
        return new TrainingBatch(
            X0.pin_memory(), Labels, Mask?.pin_memory(), Conditions.ToDictionary(pair => pair.Key, pair => pair.Value.pin_memory()));
    }

    /// <summary>Frees the memory of the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors) tensor.Dispose();
    }

    /// <summary>Frees the tensors that another batch does not have.</summary>
    internal void DisposeExcept(TrainingBatch other)
    {
        foreach (Tensor tensor in Tensors.Except(other.Tensors, ReferenceEqualityComparer.Instance).Cast<Tensor>()) tensor.Dispose();
    }
}
