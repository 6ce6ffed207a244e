using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>The classes of a data set's examples.</summary>
internal sealed class Labels
{
    private readonly long[]? values;

    /// <summary>Takes labels from a tensor of whole numbers.</summary>
    /// <exception cref="ArgumentException">They are not one an example, or one has no class, or the names differ in number.</exception>
    public Labels(Tensor? labels, int count, int? classCount, ClassNames? classNames)
    {
        ClassNames = classNames;
        classCount ??= classNames?.Count;
        if (classNames is not null && classNames.Count != classCount)
        {
            throw new ArgumentException($"classNames must be {classCount}, as classCount says, but are {classNames.Count}.",
                nameof(classNames));
        }

        if (labels is null)
        {
            if (classNames is not null)
            {
                throw new ArgumentException("classNames must be null where there are no labels.", nameof(classNames));
            }

            if (classCount is not null)
            {
                throw new ArgumentException($"classCount must be null where there are no labels, but is {classCount}.", nameof(classCount));
            }

            return;
        }

        if (labels.dim() != 1 || labels.size(0) != count || labels.is_floating_point())
        {
            throw new ArgumentException($"labels must be whole numbers [{count}], one for each example, but are {labels.dtype} " +
                $"[{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        using Tensor host = labels.to(int64, CPU);
        values = host.data<long>().ToArray();
        long largest = values.Max();
        ClassCount = classCount ?? checked((int)(largest + 1));
        int wrong = Array.FindIndex(values, label => label < 0 || label >= ClassCount);
        if (wrong >= 0)
        {
            throw new ArgumentException($"labels must be 0 … {ClassCount - 1}, but that of example {wrong} is {values[wrong]}.",
                nameof(labels));
        }
    }

    public int ClassCount { get; }

    public ClassNames? ClassNames { get; }

    public ReadOnlySpan<long> Values => values;

    public long this[long index] => values is null ? -1 : values[index];
}
