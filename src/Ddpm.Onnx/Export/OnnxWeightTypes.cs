using System.Collections.Immutable;

namespace Ddpm.Onnx;

/// <summary>The names of the types of stored weights.</summary>
internal static class OnnxWeightTypes
{
    /// <summary>Each name and its type.</summary>
    public static ImmutableArray<(string Name, OnnxWeightType Type)> Known { get; } =
        [("float32", OnnxWeightType.Full), ("float16", OnnxWeightType.Half), ("bfloat16", OnnxWeightType.BFloat16)];

    /// <summary>The name of a type.</summary>
    public static string Name(this OnnxWeightType type) => Known.First(known => known.Type == type).Name;
}
