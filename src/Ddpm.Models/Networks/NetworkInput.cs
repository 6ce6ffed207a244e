using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Checks what a described network is given.</summary>
internal sealed class NetworkInput(NetworkGraph graph)
{
    private readonly INetworkDescription description = graph.Description;

    /// <summary>The shape that a sample must have, in words; null for one that fits.</summary>
    public string? ExpectedShape(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        int dimensions = description.SpatialDimensions, multiple = graph.SizeMultiple;
        bool fits = shape.Count == 1 + dimensions && shape[0] == description.InChannels
            && shape.Skip(1).All(size => size > 0 && size % multiple == 0);
        if (fits) return null;
        string sizes = dimensions switch { 2 => ", H, W", 1 => ", L", _ => "" };
        string multiples = dimensions == 0 || multiple == 1 ? "" : $" with sizes that are positive multiples of {multiple}";
        return $"[{description.InChannels}{sizes}]{multiples}";
    }

    /// <summary>Throws where x_t or the timesteps do not fit the network.</summary>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void Check(Tensor x, Tensor t)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(t);
        int dimensions = description.SpatialDimensions;
        if (x.dim() != 2 + dimensions || x.size(1) != description.InChannels)
        {
            string sizes = dimensions switch { 2 => ", H, W", 1 => ", L", _ => "" };
            throw new ArgumentException($"x must have the shape [B, {description.InChannels}{sizes}], but has {Shape(x)}.", nameof(x));
        }

        if (x.size(0) == 0) throw new ArgumentException($"x must have at least one example, but has {Shape(x)}.", nameof(x));
        if (x.shape.AsSpan(2).ToArray().Any(size => size == 0 || size % graph.SizeMultiple != 0))
        {
            string sizes = dimensions == 1 ? "length that is a multiple" : "height and width that are multiples";
            int halvings = int.TrailingZeroCount(graph.SizeMultiple);
            throw new ArgumentException(
                $"x must have a {sizes} of {graph.SizeMultiple}, since the network halves them {halvings} times, but has {Shape(x)}.",
                nameof(x));
        }

        if (t.dim() != 1 || t.size(0) != x.size(0))
        {
            throw new ArgumentException($"t must have the shape [{x.size(0)}], one timestep for each example, but has {Shape(t)}.",
                nameof(t));
        }
    }

    /// <summary>Throws where x_t is of another type than the weights, or on another device.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    public static void CheckType(Tensor x, Tensor weight)
    {
        if (x.dtype == weight.dtype && x.device_type == weight.device_type) return;
        throw new ArgumentException(
            $"x must be {weight.dtype} on {weight.device}, as the weights are, but is {x.dtype} on {x.device}.", nameof(x));
    }

    /// <summary>
    /// Returns the rows of the class embedding to take: the label's, or the last where there is none. Null where the network knows no
    /// classes.
    /// </summary>
    /// <remarks>The range of labels is checked on the CPU alone.</remarks>
    /// <exception cref="ArgumentException">The labels do not fit the network.</exception>
    public Tensor? LabelRows(Tensor? labels, Tensor x)
    {
        int count = description.ClassCount;
        if (count == 0)
        {
            return labels is null
                ? null
                : throw new ArgumentException("labels must be null, for the network knows none: its ClassCount is 0.", nameof(labels));
        }

        if (labels is null)
        {
            using Scalar none = (long)count;
            return description.HasNullLabel
                ? full(x.size(0), none, int64, x.device)
                : throw new ArgumentException("labels must be given, for the network was made without a null label: its HasNullLabel is " +
                    "false.", nameof(labels));
        }

        if (labels.dim() != 1 || labels.size(0) != x.size(0) || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"labels must be int64 [{x.size(0)}], one for each example, but are {labels.dtype} {Shape(labels)}.", nameof(labels));
        }

        if (labels.device_type == DeviceType.CPU) RequireRange(labels);
        // -1 stands for no label, so that a batch may mix both.
        if (!description.HasNullLabel) return labels;
        using Scalar toNullRow = count + 1L;
        using Tensor isNone = labels.LessThan(0), offset = isNone.mul(toNullRow);
        return labels.Plus(offset);
    }

    // On another device the read would wait for it at every step. Samplers and trainers check labels on the host before they copy them.
    private void RequireRange(Tensor labels)
    {
        using Tensor min = labels.min(), max = labels.max();
        long smallest = min.item<long>(), largest = max.item<long>(), least = description.HasNullLabel ? -1 : 0;
        if (smallest >= least && largest < description.ClassCount) return;
        string none = least < 0 ? ", -1 for none" : "";
        throw new ArgumentOutOfRangeException(
            nameof(labels), $"labels must be {least} … {description.ClassCount - 1}{none}, but reach from {smallest} to {largest}.");
    }

    /// <summary>
    /// Returns the conditions in the order of the description, in the type and place of x_t. Called inside a dispose scope.
    /// </summary>
    /// <exception cref="ArgumentException">A condition is missing, not known, or of another shape.</exception>
    public Tensor[] Tensors(BatchConditions conditions, Tensor x) => Tensors(description.Conditions, conditions, x);

    /// <summary>Returns the conditions that a network expects, in its order. Called inside a dispose scope.</summary>
    /// <exception cref="ArgumentException">A condition is missing, not known, or of another shape.</exception>
    public static Tensor[] Tensors(IReadOnlyList<NetworkCondition> expected, BatchConditions conditions, Tensor x)
    {
        if (expected.Count == 0 && conditions.Tensors.Count == 0) return [];
        IReadOnlyDictionary<string, Tensor> given = conditions.Tensors;
        NetworkCondition.RequireKnown(given.Keys, expected, nameof(conditions), nameof(conditions));
        var tensors = new Tensor[expected.Count];
        for (int index = 0; index < tensors.Length; index++)
        {
            NetworkCondition condition = expected[index];
            long[] shape = [x.size(0), condition.Channels, .. condition.IsVector ? [] : x.shape[2..]];
            Tensor? value = given.GetValueOrDefault(condition.Name);
            if (value is null || !value.is_floating_point() || !value.shape.AsSpan().SequenceEqual(shape))
            {
                string actual = value is null
                    ? "is missing; zeros stand for a condition that is absent"
                    : $"is {value.dtype} {Shape(value)}";
                throw new ArgumentException(
                    $"conditions must have \"{condition.Name}\", floating-point numbers of [{string.Join(", ", shape)}], but it {actual}.",
                    nameof(conditions));
            }

            tensors[index] = value.to(x.dtype, x.device);
        }

        return tensors;
    }

    private static string Shape(Tensor x) => $"[{string.Join(", ", x.shape)}]";
}
