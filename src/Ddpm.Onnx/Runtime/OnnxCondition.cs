using System.Collections.Immutable;
using Ddpm.Core;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ddpm.Onnx;

/// <summary>A condition of a loaded model and the input that takes it.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Input">The input.</param>
internal sealed record OnnxCondition(NetworkCondition Condition, OnnxInput Input)
{
    /// <summary>Says which condition an input takes.</summary>
    /// <param name="path">The model, for messages.</param>
    /// <param name="input">The input.</param>
    /// <param name="given">The condition that the caller says; null for that of the input's name.</param>
    /// <param name="sample">The input that takes x_t.</param>
    /// <exception cref="InvalidDataException">The input does not take the condition of a batch of x_t.</exception>
    public static OnnxCondition Of(string path, OnnxInput input, NetworkCondition? given, OnnxInput sample)
    {
        NetworkCondition condition = given ?? Named(path, input);
        ImmutableArray<int?> expected =
            [sample.Sizes[0], condition.Channels, .. condition.IsVector ? [] : sample.Sizes[2..]];
        bool fits = input.Type == TensorElementType.Float && input.Sizes.Length == expected.Length
            && (input.Sizes[0] is null || input.Sizes[0] == expected[0]);
        for (int axis = 1; fits && axis < expected.Length; axis++)
        {
            fits = input.Sizes[axis] is not { } size || expected[axis] is not { } other || size == other;
        }

        return fits ? new OnnxCondition(condition, input) : throw new InvalidDataException(
            $"{path}: the input of the condition {condition} must be "
            + $"{new OnnxInput(input.Name, TensorElementType.Float, expected)}, but is {input}.");
    }

    // Two axes are a vector's: of vectors x_t, a condition in their size has as many.
    private static NetworkCondition Named(string path, OnnxInput input)
    {
        int channels = input.Sizes.Length < 2 ? 1 : input.Sizes[1] ?? throw new InvalidDataException(
            $"{path} does not say how many channels {input.Name} has: give {nameof(OnnxModelOptions)}."
            + $"{nameof(OnnxModelOptions.ConditionInputs)}.");
        string name = OnnxNames.ConditionOf(input.Name);
        try
        {
            return input.Sizes.Length == 2 ? NetworkCondition.Vector(name, channels) : NetworkCondition.Spatial(name, channels);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException(
                $"{path}: {input.Name}: {ArgumentMessage.Of(exception)} Give {nameof(OnnxModelOptions)}."
                + $"{nameof(OnnxModelOptions.ConditionInputs)}.", exception);
        }
    }
}
