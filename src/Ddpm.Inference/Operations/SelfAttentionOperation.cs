namespace Ddpm.Inference;

/// <summary>softmax(q kᵀ/√d) v between all pixels of an example, with q, k and v each a dense layer of the pixels.</summary>
internal sealed class SelfAttentionOperation(string query, string key, string value, Feature x, int heads) : Operation(x)
{
    /// <summary>Gets the names of the three layers' weights: of queries, keys and values.</summary>
    public IReadOnlyList<string> Names { get; } = [query, key, value];

    /// <summary>Gets how many heads share the channels.</summary>
    public int Heads => heads;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters { get; } =
    [
        .. new[] { query, key, value }.SelectMany(name => new ParameterShape[]
        {
            new($"{name}.weight", [x.Channels, x.Channels], ParameterStart.Uniform),
            new($"{name}.bias", [x.Channels], ParameterStart.Zeros),
        }),
    ];
}
