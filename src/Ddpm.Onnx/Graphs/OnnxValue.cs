namespace Ddpm.Onnx;

/// <summary>An input or output of a model (ValueInfoProto).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its shape: numbers, and names of sizes that a caller chooses.</param>
internal sealed record OnnxValue(string Name, OnnxType Type, IReadOnlyList<OnnxSize> Shape)
{
    private const int NameField = 1, TypeField = 2, Tensor = 1, ElementType = 1, ShapeField = 2, Dimension = 1;

    /// <summary>The value in ONNX's format.</summary>
    public ProtobufMessage Message()
    {
        var shape = new ProtobufMessage();
        foreach (OnnxSize size in Shape) shape.Add(Dimension, size.Message());
        ProtobufMessage tensor = new ProtobufMessage().Add(ElementType, (long)Type).Add(ShapeField, shape);
        return new ProtobufMessage().Add(NameField, Name).Add(TypeField, new ProtobufMessage().Add(Tensor, tensor));
    }
}
