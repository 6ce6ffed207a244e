using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The gradients of a group normalisation, perhaps with SiLU after it: statistics are computed anew, then one pass that sums and one that
/// writes. Sums are float64 sums of float32 sums of at most <see cref="Segment"/> numbers; the same input gives the same bits.
/// </summary>
internal static unsafe class GroupNormGradientKernel<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>The memory to compute in, for each channel: four float64 and four float32 numbers.</summary>
    public const int BytesPerChannel = 48;

    private const int Segment = 256;

    /// <summary>Computes the gradients.</summary>
    /// <param name="arguments">What is computed.</param>
    /// <param name="work">Memory to compute in: <see cref="BytesPerChannel"/> for each channel.</param>
    public static void Run(in GroupNormGradientArguments arguments, double* work)
    {
        int channels = arguments.Channels;
        double* means = work, squares = means + channels, sums = squares + channels, products = sums + channels;
        var scale = (float*)(products + channels);
        float* shift = scale + channels, slope = shift + channels, offset = slope + channels;
        GroupNormKernel.Statistics<float, SingleMemory, TLanes>(arguments.Source, channels, arguments.Stride, arguments.Pixels, means,
            squares);
        Coefficients(arguments, means, squares, scale, shift);
        int column = 0;
        for (; column <= channels - 2 * TLanes.Count; column += 2 * TLanes.Count)
        {
            Two(arguments, column, means, scale, shift, sums, products);
        }

        for (; column < channels; column += TLanes.Count) One(arguments, column, means, scale, shift, sums, products);
        Slopes(arguments, means, squares, sums, products, slope, offset);
        Apply(arguments, scale, slope, offset);
    }

    // What each channel is multiplied by and what is added then. The channels' means become those of their groups, and the sums of squares
    // 1/√(variance + ε).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Coefficients(in GroupNormGradientArguments arguments, double* means, double* squares, float* scale, float* shift)
    {
        int width = arguments.Channels / arguments.Groups;
        double share = 1.0 / width, pixelShare = share / arguments.Pixels;
        for (int begin = 0; begin < arguments.Channels; begin += width)
        {
            double mean = 0, sum = 0, variance = 0;
            for (int c = begin; c < begin + width; c++)
            {
                mean += means[c];
                sum += squares[c];
            }

            mean *= share;
            for (int c = begin; c < begin + width; c++) variance += (means[c] - mean) * (means[c] - mean);
            variance = variance * share + sum * pixelShare;
            double inverse = 1 / Math.Sqrt(Math.Max(variance, 0) + arguments.Epsilon);
            for (int c = begin; c < begin + width; c++)
            {
                means[c] = mean;
                squares[c] = inverse;
                scale[c] = (float)(arguments.Weight[c] * inverse);
                shift[c] = (float)(arguments.Bias[c] - mean * arguments.Weight[c] * inverse);
            }
        }
    }

    // The gradient before SiLU, which goes to the target, summed over pixels, and its products with the input less the mean.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(in GroupNormGradientArguments arguments, int column, double* means, float* scale, float* shift, double* sums,
        double* products)
    {
        int lanes = TLanes.Count, pixels = arguments.Pixels, stride = arguments.Stride;
        bool silu = arguments.Silu;
        float* side = stackalloc float[2 * lanes], x = arguments.Source + column, y = arguments.Gradient + column,
            target = arguments.Target + column;
        for (int c = 0; c < 2 * lanes; c++)
        {
            side[c] = (float)means[column + c];
            sums[column + c] = products[column + c] = 0;
        }

        TLanes m0 = TLanes.Load(side), m1 = TLanes.Load(side + lanes), a0 = TLanes.Load(scale + column),
            a1 = TLanes.Load(scale + column + lanes), b0 = TLanes.Load(shift + column), b1 = TLanes.Load(shift + column + lanes);
        for (int begin = 0; begin < pixels; begin += Segment)
        {
            TLanes s0 = TLanes.Create(0), s1 = s0, p0 = s0, p1 = s0;
            for (int end = Math.Min(Segment, pixels - begin); end > 0; end--, x += stride, y += stride, target += stride)
            {
                TLanes value = TLanes.Load(x), gradient = TLanes.Load(y);
                if (silu) gradient *= SiluSlope(TLanes.MultiplyAdd(value, a0, b0));
                TLanes.Store(gradient, target);
                s0 += gradient;
                p0 = TLanes.MultiplyAdd(gradient, value - m0, p0);
                value = TLanes.Load(x + lanes);
                gradient = TLanes.Load(y + lanes);
                if (silu) gradient *= SiluSlope(TLanes.MultiplyAdd(value, a1, b1));
                TLanes.Store(gradient, target + lanes);
                s1 += gradient;
                p1 = TLanes.MultiplyAdd(gradient, value - m1, p1);
            }

            Accumulate(s0, side, sums + column);
            Accumulate(s1, side, sums + column + lanes);
            Accumulate(p0, side, products + column);
            Accumulate(p1, side, products + column + lanes);
        }
    }

    // The same for one vector of channels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(in GroupNormGradientArguments arguments, int column, double* means, float* scale, float* shift, double* sums,
        double* products)
    {
        int lanes = TLanes.Count, pixels = arguments.Pixels, stride = arguments.Stride;
        bool silu = arguments.Silu;
        float* side = stackalloc float[lanes], x = arguments.Source + column, y = arguments.Gradient + column,
            target = arguments.Target + column;
        for (int c = 0; c < lanes; c++)
        {
            side[c] = (float)means[column + c];
            sums[column + c] = products[column + c] = 0;
        }

        TLanes mean = TLanes.Load(side), a = TLanes.Load(scale + column), b = TLanes.Load(shift + column);
        for (int begin = 0; begin < pixels; begin += Segment)
        {
            TLanes sum = TLanes.Create(0), product = sum;
            for (int end = Math.Min(Segment, pixels - begin); end > 0; end--, x += stride, y += stride, target += stride)
            {
                TLanes value = TLanes.Load(x), gradient = TLanes.Load(y);
                if (silu) gradient *= SiluSlope(TLanes.MultiplyAdd(value, a, b));
                TLanes.Store(gradient, target);
                sum += gradient;
                product = TLanes.MultiplyAdd(gradient, value - mean, product);
            }

            Accumulate(sum, side, sums + column);
            Accumulate(product, side, products + column);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(TLanes value, float* side, double* sums)
    {
        TLanes.Store(value, side);
        for (int c = 0; c < TLanes.Count; c++) sums[c] += side[c];
    }

    // With x̂ = (x - μ) r, sums S of the gradient g of x̂ and P of g x̂ over a group of M numbers: r (g - S/M - x̂ P/M), as a line in x.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slopes(in GroupNormGradientArguments arguments, double* means, double* inverses, double* sums, double* products,
        float* slope, float* offset)
    {
        int width = arguments.Channels / arguments.Groups;
        double share = 1.0 / ((double)width * arguments.Pixels);
        for (int begin = 0; begin < arguments.Channels; begin += width)
        {
            double mean = means[begin], inverse = inverses[begin], sum = 0, product = 0;
            for (int c = begin; c < begin + width; c++)
            {
                double each = products[c] * inverse;
                arguments.WeightGradient[c] = each;
                arguments.BiasGradient[c] = sums[c];
                sum += arguments.Weight[c] * sums[c];
                product += arguments.Weight[c] * each;
            }

            double incline = -inverse * inverse * product * share, start = -inverse * sum * share - incline * mean;
            for (int c = begin; c < begin + width; c++)
            {
                slope[c] = (float)incline;
                offset[c] = (float)start;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply(in GroupNormGradientArguments arguments, float* scale, float* slope, float* offset)
    {
        int channels = arguments.Channels, stride = arguments.Stride;
        float* x = arguments.Source, target = arguments.Target;
        for (int pixel = 0; pixel < arguments.Pixels; pixel++, x += stride, target += stride)
        {
            for (int c = 0; c < channels; c += TLanes.Count)
            {
                TLanes line = TLanes.MultiplyAdd(TLanes.Load(x + c), TLanes.Load(slope + c), TLanes.Load(offset + c));
                TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(target + c), TLanes.Load(scale + c), line), target + c);
            }
        }
    }

    // σ(z) (1 + z (1 - σ(z))).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes SiluSlope(TLanes z)
    {
        TLanes one = TLanes.Create(1), share = one / (Exponential.Of(z * TLanes.Create(-1)) + one);
        return share * TLanes.MultiplyAdd(z, one - share, one);
    }
}
