namespace Ddpm.Onnx;

/// <summary>The size of an axis: a number, or a name where the caller chooses it.</summary>
/// <param name="Length">The number; null where the caller chooses it.</param>
/// <param name="Name">The name, such as "batch".</param>
internal sealed record OnnxSize(int? Length, string Name)
{
    private const int LengthField = 1, NameField = 2;

    /// <summary>The size in ONNX's format.</summary>
    public ProtobufMessage Message() => Length is { } length
        ? new ProtobufMessage().Add(LengthField, (long)length)
        : new ProtobufMessage().Add(NameField, Name);

    /// <inheritdoc/>
    public override string ToString() => Length is { } length ? FormattableString.Invariant($"{length}") : Name;
}
