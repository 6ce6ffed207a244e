using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Which tensors a network can be given, checked before anything is computed.</summary>
internal static class ConditionRules
{
    /// <summary>Throws where named tensors do not fit a network.</summary>
    /// <param name="model">The network.</param>
    /// <param name="tensors">The tensors; null for none.</param>
    /// <param name="rows">How many examples each must have.</param>
    /// <param name="sampleShape">The shape of one example of x_t; null where it is not known yet.</param>
    /// <param name="name">The argument that holds them, for the message.</param>
    /// <exception cref="ArgumentException">A tensor is missing, not known, or of another shape.</exception>
    public static void RequireConditions(
        this IEpsilonModel model, IReadOnlyDictionary<string, Tensor>? tensors, long rows, IReadOnlyList<long>? sampleShape, string name)
    {
        IReadOnlyList<NetworkCondition> expected = model is IConditionalEpsilonModel conditional ? conditional.Conditions : [];
        string kind = model.GetType().Name;
        foreach (string given in tensors?.Keys ?? [])
        {
            if (expected.Any(condition => condition.Name == given)) continue;
            string known = expected.Count == 0 ? "knows none" : $"knows {string.Join(", ", expected.Select(condition => condition.Name))}";
            throw new ArgumentException($"{name} must be conditions that {kind} knows, but has \"{given}\"; {kind} {known}.", name);
        }

        foreach (NetworkCondition condition in expected)
        {
            if (tensors is null || !tensors.TryGetValue(condition.Name, out Tensor? value) || value is null)
            {
                throw new ArgumentException(
                    $"{name} must have \"{condition.Name}\", a tensor of {Shape(condition, rows, sampleShape)}, for {kind}; zeros stand " +
                    "for a condition that is absent.",
                    name);
            }

            if (Fits(condition, value, rows, sampleShape)) continue;
            throw new ArgumentException(
                $"{name}[\"{condition.Name}\"] must hold floating-point numbers of {Shape(condition, rows, sampleShape)}, but is " +
                $"{value.dtype} {Require.Shape(value)}.",
                name);
        }
    }

    /// <summary>Throws where a network needs tensors that an operation on one batch has no argument for.</summary>
    /// <exception cref="ArgumentException">The network has conditions.</exception>
    public static void RequireNoConditions(this IEpsilonModel model)
    {
        if (model is not IConditionalEpsilonModel { Conditions: [var first, ..] }) return;
        throw new ArgumentException(
            $"model must be given its conditions, such as \"{first.Name}\": wrap {model.GetType().Name} in a {nameof(ConditionedModel)}.",
            nameof(model));
    }

    private static bool Fits(NetworkCondition condition, Tensor value, long rows, IReadOnlyList<long>? sampleShape)
    {
        if (!value.is_floating_point() || value.dim() < 2 || value.size(0) != rows || value.size(1) != condition.Channels) return false;
        if (condition.IsVector) return value.dim() == 2;
        return sampleShape is null || value.shape.AsSpan(2).SequenceEqual([.. sampleShape.Skip(1)]);
    }

    private static string Shape(NetworkCondition condition, long rows, IReadOnlyList<long>? sampleShape) => condition.IsVector
        ? $"[{rows}, {condition.Channels}]"
        : $"[{string.Join(", ", [rows, condition.Channels, .. sampleShape?.Skip(1).Select(size => $"{size}") ?? ["…"]])}]";
}
