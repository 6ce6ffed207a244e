using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ddpm.Onnx;

/// <summary>An input or output of a loaded model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Sizes">Its sizes; null where the caller chooses.</param>
internal sealed record OnnxInput(string Name, TensorElementType Type, ImmutableArray<int?> Sizes)
{
    /// <summary>Reads what ONNX Runtime says.</summary>
    public static OnnxInput Of(string name, NodeMetadata node) => node.IsTensor
        ? new OnnxInput(name, node.ElementDataType, [.. node.Dimensions.Select(size => size < 0 ? (int?)null : size)])
        : new OnnxInput(name, TensorElementType.DataTypeMax, []);

    /// <summary>The input in words, such as sample Float [?, 3, 32, 32].</summary>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Sizes.Select(size => size?.ToString(null, null) ?? "?"))}]";
}
