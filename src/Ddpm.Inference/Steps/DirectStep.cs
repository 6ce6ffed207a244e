using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// A convolution as it is written, of any kernel, stride and padding; a dense layer over pixels is one of 1×1. Several features may be its
/// input, as if they were joined.
/// </summary>
/// <remarks>
/// Some pixels at a time, whose inputs stay in the first caches, meet panel after panel of weights. For each pixel a table says where its
/// inputs lie, at the border zeros (Dukhan 2019, arXiv:1907.02129).
/// </remarks>
internal sealed unsafe class DirectStep<TLanes> : PlanStep, IConvolutionStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int PixelsAtOnce = 64;

    // How far ahead weights are fetched at most, of panels that lie one after the other: two pages, or where several blocks of rows fetch a
    // panel, an eighth of a second cache.
    private static readonly int WeightsAhead = TLanes.Count == 16 ? 32 * 1024 : 2048;

    private readonly Plane[] sources;
    private readonly Plane target;
    private readonly Plane? residual;
    private readonly ConvolutionShape shape;
    private readonly PackedWeights weights;
    private readonly float scale;
    private readonly nint zeros;
    private readonly int[] depths;
    private readonly bool isDense;
    private readonly WorkDivision division;

    /// <param name="sources">The input, of one size.</param>
    /// <param name="target">The result.</param>
    /// <param name="shape">Kernel, stride and padding.</param>
    /// <param name="weights">
    /// The weights, whose lines go through the kernel's rows, its columns, and then the channels of all sources.
    /// </param>
    /// <param name="residual">What is added to the result; null for nothing.</param>
    /// <param name="scale">What the sum is multiplied by.</param>
    /// <param name="zeros">As many zeros as a source has channels.</param>
    /// <param name="threads">How many threads share the work.</param>
    public DirectStep(Plane[] sources, Plane target, ConvolutionShape shape, PackedWeights weights, Plane? residual, float scale,
        nint zeros, int threads)
    {
        this.sources = sources;
        this.target = target;
        this.shape = shape;
        this.weights = weights;
        this.residual = residual;
        this.scale = scale;
        this.zeros = zeros;
        isDense = shape == ConvolutionShape.Dense;
        // Pinned: the kernel reads it by its address.
        depths = GC.AllocateArray<int>(shape.Taps * sources.Length, pinned: true);
        for (int piece = 0; piece < depths.Length; piece++) depths[piece] = sources[piece % sources.Length].Channels;
        PanelLayout layout = weights.Layout;
        division = WorkDivision.Of(
            target.Pixels, PixelsAtOnce, PanelKernel<TLanes>.GranuleOf(layout.Width), layout.Panels, layout.Floats, threads);
    }

    /// <summary>Gets kernel, stride and padding.</summary>
    public ConvolutionShape Shape => shape;

    public override int Parts => division.Parts;

    // Addresses, of two floats each.
    public override long ScratchFloats => 2L * (PixelsAtOnce + PanelKernel<TLanes>.MostRows) * depths.Length;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        (int first, int end) = division.Rows(part, target.Pixels);
        (int firstPanel, int endPanel) = division.Panels(part, weights.Layout.Panels);
        int rows = PanelKernel<TLanes>.RowsOf(weights.Layout.Width);
        var pieces = (float**)scratch;
        for (int pixel = first; pixel < end; pixel += rows)
        {
            Locate(pixel, Math.Min(rows, end - pixel), rows, pieces + (pixel - first) * depths.Length);
        }

        fixed (int* depth = depths)
        {
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                int columns = weights.Layout.ColumnsOf(panel), offset = panel * weights.Layout.Width;
                var product = new PanelProduct
                {
                    PieceCount = depths.Length,
                    Depths = depth,
                    Panel = weights.Panel(panel),
                    Ahead = weights.At(weights.Layout.Start(panel) + Math.Min(WeightsAhead, weights.Layout.Depth * columns)),
                    Bias = weights.BiasOf(panel),
                    Scale = scale,
                    TargetStride = target.Stride,
                };
                product.Pieces = pieces;
                product.Target = target.Pixel(first) + offset;
                product.Residual = residual is null ? null : residual.Pixel(first) + offset;
                product.Count = end - first;
                weights.Multiply<TLanes>(product, columns);
            }
        }
    }

    // The inputs of some pixels: [kernel rows, kernel columns, sources, pixels].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Locate(int firstPixel, int count, int rows, float** pieces)
    {
        int kernel = shape.Kernel, height = sources[0].Height, width = sources[0].Width;
        for (int index = 0; index < rows; index++)
        {
            // Rows that do not count read what the last one reads.
            int pixel = firstPixel + Math.Min(index, count - 1);
            if (isDense)
            {
                for (int source = 0; source < sources.Length; source++) pieces[source * rows + index] = sources[source].Pixel(pixel);
                continue;
            }

            int x = pixel % target.Width * shape.Stride - shape.Padding,
                line = pixel / target.Width, y = shape.FirstLine(line % target.Height);
            int image = line / target.Height;
            float** piece = pieces + index;
            for (int row = y; row < y + shape.Lines; row++)
            {
                for (int column = x; column < x + kernel; column++)
                {
                    bool inside = (uint)row < (uint)height && (uint)column < (uint)width;
                    foreach (Plane source in sources)
                    {
                        *piece = inside ? source.Pixel((image * height + row) * width + column) : (float*)zeros;
                        piece += rows;
                    }
                }
            }
        }
    }
}
