namespace Ddpm.Inference;

/// <summary>A fully connected layer over the channels of each pixel.</summary>
internal sealed class LinearOperation(string name, Feature x, int outputs, double scale) : Operation(x)
{
    /// <summary>Gets the name of its weights, without <c>.weight</c> and <c>.bias</c>.</summary>
    public string Name => name;

    /// <summary>Gets the channels of the result.</summary>
    public int Outputs => outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters { get; } =
    [
        new($"{name}.weight", [outputs, x.Channels], ParameterStart.Uniform, scale),
        new($"{name}.bias", [outputs], ParameterStart.Zeros),
    ];
}
