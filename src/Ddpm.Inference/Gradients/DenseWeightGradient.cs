using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The gradients of a dense layer's weight, [Cout, Cin], and bias: sums over all pixels in their order, which no number of threads changes.
/// </summary>
/// <param name="source">The layer's input; its channels and those of the result are multiples of 16.</param>
/// <param name="gradient">The gradient of the result.</param>
/// <param name="weight">The weight's gradient.</param>
/// <param name="bias">The bias's gradient.</param>
/// <param name="threads">How many threads share the work.</param>
internal sealed unsafe class DenseWeightGradient<TLanes>(Plane source, Plane gradient, float* weight, float* bias, int threads) : IWork
    where TLanes : unmanaged, ILanes<TLanes>
{
    // So many pixels stay in the second cache while all pairs of channels pass.
    private const int PixelsAtOnce = 64;

    private readonly int blocks = gradient.Channels / Plane.Block;

    public int Parts => Math.Min(threads, blocks);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int part, int thread)
    {
        int begin = blocks * part / Parts * Plane.Block, end = blocks * (part + 1) / Parts * Plane.Block;
        for (int first = 0; first < source.Pixels; first += PixelsAtOnce)
        {
            for (int output = begin; output < end; output += Plane.Block) Add(first, output);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(int first, int output)
    {
        var sums = new OuterProduct
        {
            Left = gradient.Pixel(first) + output,
            LeftStride = gradient.Stride,
            Right = source.Pixel(first),
            RightStride = source.Stride,
            Vectors = source.Channels / TLanes.Count,
            Next = TLanes.Count,
            Rows = Math.Min(PixelsAtOnce, source.Pixels - first),
            Target = weight + (long)output * source.Channels,
            TargetStride = source.Channels,
            TargetNext = TLanes.Count,
            Add = first > 0,
        };
        OuterProductKernel<TLanes>.Run(sums);
        for (int column = 0; column < Plane.Block; column += TLanes.Count) Bias(sums, column, bias + output + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Bias(in OuterProduct sums, int column, float* target)
    {
        TLanes sum = TLanes.Create(0);
        float* left = sums.Left + column;
        for (int row = 0; row < sums.Rows; row++, left += sums.LeftStride) sum += TLanes.Load(left);
        if (sums.Add) sum += TLanes.Load(target);
        TLanes.Store(sum, target);
    }
}
