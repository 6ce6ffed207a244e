using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Which labels a network can be asked for, checked before anything is computed.</summary>
internal static class LabelRules
{
    public const string NothingToGuide =
        $"Labels must be given for {nameof(GuidedModel)}: guidance strengthens a class. Without classes sample the network itself.";

    /// <summary>Throws where labels do not fit a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="labels">The labels; null for none.</param>
    /// <param name="name">The argument that holds them, for the message.</param>
    /// <exception cref="ArgumentException">The labels do not fit.</exception>
    public static void RequireLabels(this IEpsilonModel model, IReadOnlyList<long>? labels, string name)
    {
        if (model is not IConditionalEpsilonModel conditional)
        {
            if (labels is null) return;
            throw new ArgumentException(
                $"{name} must be null for {model.GetType().Name}, which is no {nameof(IConditionalEpsilonModel)}.", name);
        }

        if (labels is null)
        {
            if (model is GuidedModel && conditional.Conditions.Count == 0) throw new ArgumentException(LabelRules.NothingToGuide, name);
            if (conditional.ClassCount == 0 || conditional.HasNullLabel) return;
            throw new ArgumentException($"{name} must be given, for {model.GetType().Name} takes no null label.", name);
        }

        int count = conditional.ClassCount, least = conditional.HasNullLabel ? -1 : 0;
        if (count == 0) throw new ArgumentException($"{name} must be null, for {model.GetType().Name} knows no classes.", name);
        foreach (long label in labels)
        {
            if (label >= least && label < count) continue;
            string none = least < 0 ? ", -1 for none" : "";
            throw new ArgumentException($"{name} must be 0 … {count - 1}{none}, but one is {label}.", name);
        }
    }

    /// <summary>The same for labels of which each example of a batch has one, and which are all that the network is given.</summary>
    /// <exception cref="ArgumentException">
    /// The labels do not fit the network, or are not one for each example, or the network has other conditions.
    /// </exception>
    public static void RequireLabels(this IEpsilonModel model, IReadOnlyList<long>? labels, Tensor batch, string name)
    {
        model.RequireNoConditions();
        model.RequireLabels(labels, name);
        if (labels is null || labels.Count == batch.size(0)) return;
        throw new ArgumentException($"{name} must be {batch.size(0)}, one for each example, but are {labels.Count}.", name);
    }
}
