namespace Ddpm.Inference;

/// <summary>The row of a table that belongs to the example's label.</summary>
internal sealed class EmbeddingOperation(string name, int rows, int features) : Operation
{
    /// <summary>Gets the name of the table, without <c>.weight</c>.</summary>
    public string Name => name;

    /// <summary>Gets how many rows: one for each class, and one more where the network knows "no class".</summary>
    public int Rows => rows;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters { get; } = [new($"{name}.weight", [rows, features], ParameterStart.Normal)];
}
