namespace Ddpm.Inference;

/// <summary>A step that convolves, whatever vectors it computes with.</summary>
internal interface IConvolutionStep
{
    /// <summary>Gets kernel, stride and padding.</summary>
    ConvolutionShape Shape { get; }
}
