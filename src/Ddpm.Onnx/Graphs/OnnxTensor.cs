namespace Ddpm.Onnx;

/// <summary>Numbers that a model holds (TensorProto).</summary>
/// <param name="Name">The name under which nodes read them.</param>
/// <param name="Type">The type in which the file has them.</param>
/// <param name="Shape">Their shape.</param>
/// <param name="IsWeight">Whether they are a weight, which may lie in a file beside the model.</param>
/// <param name="Write">Writes them, little-endian, the last axis fastest.</param>
internal sealed record OnnxTensor(string Name, OnnxType Type, IReadOnlyList<long> Shape, bool IsWeight, Action<Stream> Write)
{
    private const int Dimensions = 1, TypeField = 2, NameField = 8, Raw = 9, External = 13, Location = 14, Key = 1, Value = 2;
    private const long Elsewhere = 1;

    /// <summary>The bytes of the numbers.</summary>
    public long Bytes => Shape.Aggregate(1L, (product, size) => checked(product * size)) * SizeOf(Type);

    /// <summary>The tensor in ONNX's format, its numbers within.</summary>
    public ProtobufMessage Inside() => Head().Add(Raw, Bytes, Write);

    /// <summary>The tensor in ONNX's format, its numbers in a file beside the model.</summary>
    /// <param name="file">The name of the file.</param>
    /// <param name="offset">Where in the file they begin.</param>
    public ProtobufMessage Outside(string file, long offset) => Head()
        .Add(External, Entry("location", file))
        .Add(External, Entry("offset", FormattableString.Invariant($"{offset}")))
        .Add(External, Entry("length", FormattableString.Invariant($"{Bytes}")))
        .Add(Location, Elsewhere);

    private static int SizeOf(OnnxType type) => type switch
    {
        OnnxType.Float32 => sizeof(float),
        OnnxType.Int64 => sizeof(long),
        _ => sizeof(ushort),
    };

    private static ProtobufMessage Entry(string key, string value) => new ProtobufMessage().Add(Key, key).Add(Value, value);

    private ProtobufMessage Head() => Shape.Aggregate(new ProtobufMessage(), (message, size) => message.Add(Dimensions, size))
        .Add(TypeField, (long)Type).Add(NameField, Name);
}
