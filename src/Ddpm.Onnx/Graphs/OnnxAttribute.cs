namespace Ddpm.Onnx;

/// <summary>A setting of a node (AttributeProto).</summary>
/// <param name="Message">The attribute in ONNX's format.</param>
internal sealed record OnnxAttribute(ProtobufMessage Message)
{
    private const int Name = 1, FloatField = 2, IntegerField = 3, TextField = 4, IntegersField = 8, KindField = 20;
    private const int Float = 1, Integer = 2, Text = 3, Integers = 7;

    /// <summary>A number.</summary>
    public static OnnxAttribute Of(string name, double value) => new(Start(name, Float).Add(FloatField, (float)value));

    /// <summary>A whole number.</summary>
    public static OnnxAttribute Of(string name, int value) => new(Start(name, Integer).Add(IntegerField, (long)value));

    /// <summary>A text.</summary>
    public static OnnxAttribute Of(string name, string value) => new(Start(name, Text).Add(TextField, value));

    /// <summary>Whole numbers.</summary>
    public static OnnxAttribute Of(string name, IEnumerable<long> values) =>
        new(values.Aggregate(Start(name, Integers), (message, value) => message.Add(IntegersField, value)));

    private static ProtobufMessage Start(string name, int kind) => new ProtobufMessage().Add(Name, name).Add(KindField, (long)kind);
}
