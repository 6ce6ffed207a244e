using System.Buffers.Binary;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>Puts a network's weights into a graph. They are read when the file is written.</summary>
/// <param name="graph">The graph.</param>
/// <param name="source">The weights, checked against the network.</param>
/// <param name="type">The type of what layers multiply by.</param>
internal sealed class OnnxWeights(OnnxGraph graph, IWeightSource source, OnnxWeightType type)
{
    private const int Chunk = 1 << 16;

    /// <summary>Adds a weight that a layer multiplies by, in the type of the export; gives the name of its float32 numbers.</summary>
    /// <param name="name">The weight's name in the state dict.</param>
    /// <param name="shape">Its shape.</param>
    public string Product(string name, IReadOnlyList<long> shape)
    {
        if (type == OnnxWeightType.Full) return Plain(name, shape);
        OnnxType stored = type == OnnxWeightType.Half ? OnnxType.Float16 : OnnxType.BFloat16;
        string tensor = graph.Tensor(new OnnxTensor(name, stored, shape, true, stream => WriteNarrow(name, stream)));
        return graph.Node("Cast", name, [tensor], OnnxAttribute.Of("to", (int)OnnxType.Float32));
    }

    /// <summary>Adds a weight in float32; gives its name.</summary>
    /// <param name="name">The weight's name in the state dict.</param>
    /// <param name="shape">Its shape.</param>
    public string Plain(string name, IReadOnlyList<long> shape) =>
        graph.Tensor(new OnnxTensor(name, OnnxType.Float32, shape, true, stream => WriteSingles(name, stream)));

    private void WriteSingles(string name, Stream stream)
    {
        ReadOnlySpan<float> numbers = source.Read(name);
        var bytes = new byte[Chunk * sizeof(float)];
        for (int first = 0; first < numbers.Length; first += Chunk)
        {
            ReadOnlySpan<float> part = numbers.Slice(first, Math.Min(Chunk, numbers.Length - first));
            for (int i = 0; i < part.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), part[i]);
            stream.Write(bytes, 0, part.Length * sizeof(float));
        }
    }

    private void WriteNarrow(string name, Stream stream)
    {
        ReadOnlySpan<float> numbers = source.Read(name);
        var bytes = new byte[Chunk * sizeof(ushort)];
        for (int first = 0; first < numbers.Length; first += Chunk)
        {
            ReadOnlySpan<float> part = numbers.Slice(first, Math.Min(Chunk, numbers.Length - first));
            for (int i = 0; i < part.Length; i++)
            {
                ushort narrow = type == OnnxWeightType.Half ? Half(name, part[i]) : BFloat(name, part[i]);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * sizeof(ushort)), narrow);
            }

            stream.Write(bytes, 0, part.Length * sizeof(ushort));
        }
    }

    private static ushort Half(string name, float number)
    {
        var narrow = (Half)number;
        if (float.IsFinite(number) && !System.Half.IsFinite(narrow)) throw TooLarge(name, number, "float16", "at most 65,504");
        return BitConverter.HalfToUInt16Bits(narrow);
    }

    // The upper half, rounded to the nearest, to even where two are as near.
    private static ushort BFloat(string name, float number)
    {
        uint bits = BitConverter.SingleToUInt32Bits(number);
        if (float.IsNaN(number)) return (ushort)(bits >> 16 | 0x40);
        uint rounded = bits + 0x7FFF + (bits >> 16 & 1);
        if (float.IsFinite(number) && (rounded & 0x7F800000) == 0x7F800000) throw TooLarge(name, number, "bfloat16", "at most 3.39e38");
        return (ushort)(rounded >> 16);
    }

    private static NotSupportedException TooLarge(string name, float number, string type, string range) => new(
        FormattableString.Invariant($"{nameof(OnnxExportOptions.WeightType)} {type} holds numbers of {range}, but {name} has {number:R}."));
}
