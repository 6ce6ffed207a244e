namespace Ddpm.Models;

/// <summary>The kernel, stride and padding of a convolution, each the same in both directions. Padding is at the top and left; at the bottom and right there is as much as the result's size needs.</summary>
internal readonly record struct ConvolutionShape(int Kernel, int Stride, int Padding);
