namespace Ddpm.Inference;

/// <summary>A convolution whose kernel has the same size in each direction.</summary>
internal sealed class ConvolutionOperation(
    string name, Feature x, int outputs, int dimensions, int kernel, int stride, ConvolutionPadding padding, double scale) : Operation(x)
{
    /// <summary>Gets the name of its weights, without <c>.weight</c> and <c>.bias</c>.</summary>
    public string Name => name;

    /// <summary>Gets the numbers of the kernel in each direction.</summary>
    public int Kernel => kernel;

    /// <summary>Gets the step from one result to the next, in pixels.</summary>
    public int Stride => stride;

    /// <summary>Gets where it sees zeros.</summary>
    public ConvolutionPadding Padding => padding;

    /// <summary>Gets the channels of the result.</summary>
    public int Outputs => outputs;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters { get; } =
    [
        new($"{name}.weight", [outputs, x.Channels, .. Enumerable.Repeat((long)kernel, dimensions)], ParameterStart.Uniform, scale),
        new($"{name}.bias", [outputs], ParameterStart.Zeros),
    ];
}
