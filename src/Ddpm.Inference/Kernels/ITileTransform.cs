namespace Ddpm.Inference;

/// <summary>
/// A way to compute a tile of 2×2 results of a 3×3 convolution with fewer products than 36: pixels and weights are transformed, multiplied
/// number by number and summed over channels, and the sums transformed back (Winograd 1980; Lavin and Gray 2016, arXiv:1509.09308). In each
/// of both directions the same.
/// </summary>
internal unsafe interface ITileTransform
{
    /// <summary>Gets the pixels of a tile's input in one direction.</summary>
    static abstract int Inputs { get; }

    /// <summary>Gets the products in one direction.</summary>
    static abstract int Products { get; }

    /// <summary>Gets how far the inputs of neighbouring tiles are apart; the first tile's begin one before the image.</summary>
    static abstract int Step { get; }

    /// <summary>Gets what each product has of the three weights of a direction: [<see cref="Products"/>, 3].</summary>
    static abstract ReadOnlySpan<double> Weights { get; }

    /// <summary>Transforms one vector of channels of a tile's input.</summary>
    /// <param name="pixels">The pixels, row by row.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="target">Where the first of the Products² results goes.</param>
    /// <param name="stride">From one result to the next.</param>
    static abstract void Transform<TLanes>(float** pixels, int channel, float* target, long stride)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Transforms one vector of columns of the sums of products back to a tile.</summary>
    /// <param name="sums">The first of the Products² sums.</param>
    /// <param name="stride">From one sum to the next.</param>
    static abstract Tile<TLanes> InverseTransform<TLanes>(float* sums, long stride)
        where TLanes : unmanaged, ILanes<TLanes>;
}
