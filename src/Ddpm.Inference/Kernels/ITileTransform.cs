namespace Ddpm.Inference;

/// <summary>
/// A way to compute a tile of results of a 3×3 convolution with fewer products than nine for each: pixels and weights are transformed,
/// multiplied number by number and summed over channels, and the sums transformed back (Winograd 1980; Lavin and Gray 2016,
/// arXiv:1509.09308). In each of both directions the same.
/// </summary>
internal unsafe interface ITileTransform
{
    /// <summary>Gets the pixels of a tile's input in one direction.</summary>
    static abstract int Inputs { get; }

    /// <summary>Gets the products in one direction.</summary>
    static abstract int Products { get; }

    /// <summary>Gets the results in one direction.</summary>
    static abstract int Results { get; }

    /// <summary>Gets how far the inputs of neighbouring tiles are apart; the first tile's begin one before the image.</summary>
    static abstract int Step { get; }

    /// <summary>Gets what each product has of the three weights of a direction: [<see cref="Products"/>, 3].</summary>
    static abstract ReadOnlySpan<double> Weights { get; }

    /// <summary>Transforms one vector of channels of a tile's input.</summary>
    /// <param name="pixels">The pixels, row by row.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="target">Where the first of the Products² results goes.</param>
    /// <param name="stride">From one result to the next.</param>
    /// <param name="side">Memory for Inputs · Products vectors; small tiles, which stay in registers, need none.</param>
    static abstract void Transform<TLanes>(float** pixels, int channel, float* target, long stride, float* side)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Transforms one vector of columns of the sums of products back to a tile.</summary>
    /// <param name="sums">The first of the Products² sums.</param>
    /// <param name="stride">From one sum to the next.</param>
    /// <param name="results">Where the results go, vector after vector; from one row to the next there are <see cref="Products"/>.</param>
    static abstract void InverseTransform<TLanes>(float* sums, long stride, float* results)
        where TLanes : unmanaged, ILanes<TLanes>;
}
