namespace Ddpm.Inference;

/// <summary>
/// The kernel, stride and padding of a convolution, each the same in both directions; a signal has one line. Padding is at the top and
/// left; at the bottom and right there is as much as the result's size needs.
/// </summary>
/// <param name="Kernel">The kernel's numbers in each direction.</param>
/// <param name="Stride">From one result to the next.</param>
/// <param name="Padding">The zeros before the first pixel.</param>
/// <param name="IsSignal">Whether there is one direction.</param>
internal readonly record struct ConvolutionShape(int Kernel, int Stride, int Padding, bool IsSignal = false)
{
    /// <summary>Gets that of 1×1: a dense layer over the channels of each pixel.</summary>
    public static ConvolutionShape Dense => new(1, 1, 0);

    /// <summary>Gets the kernel's lines.</summary>
    public int Lines => IsSignal ? 1 : Kernel;

    /// <summary>Gets all numbers of the kernel, for each pair of channels.</summary>
    public int Taps => Lines * Kernel;

    /// <summary>Returns the size of the result.</summary>
    public PlaneSize ResultSize(PlaneSize size) => Stride == 1 ? size : IsSignal ? size with { Width = size.Width / 2 } : size.Halved;

    /// <summary>Returns the line of the input under the kernel's first for a line of the result.</summary>
    public int FirstLine(int line) => IsSignal ? line : line * Stride - Padding;
}
