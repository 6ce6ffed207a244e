using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ddpm.Inference;

/// <summary>
/// Joining of two tensors, addition of a number to each channel, group normalisation (Wu and He 2018, arXiv:1803.08494), scale and shift
/// and SiLU: one pass that reads and one that writes, where libtorch makes a pass of each, and its normalisation is up to 25 times slower
/// on this layout of memory than on its usual one.
/// </summary>
/// <remarks>
/// Statistics are float64 sums of float32 sums of at most <see cref="Segment"/> numbers, each less the channel's first, so that a mean far
/// from 0 costs no digits. The same input gives the same bits.
/// </remarks>
internal static unsafe class GroupNormKernel
{
    /// <summary>The memory to compute in, for each channel: two float64 and two float32 numbers.</summary>
    public const int BytesPerChannel = 24;

    private const int Segment = 256;

    /// <summary>Returns one example of float32.</summary>
    public static void Run(in GroupNormArguments arguments, float* first, float* second, float* target) =>
        Run<float, SingleMemory>(arguments, first, second, target);

    /// <summary>Returns one example of bfloat16; statistics and arithmetic are float32 and float64 all the same.</summary>
    public static void Run(in GroupNormArguments arguments, BFloat16* first, BFloat16* second, BFloat16* target) =>
        Run<BFloat16, BFloat16Memory>(arguments, first, second, target);

    private static void Run<T, TMemory>(in GroupNormArguments arguments, T* first, T* second, T* target)
        where T : unmanaged
        where TMemory : IMemory<T>
    {
        if (Vector512.IsHardwareAccelerated) Run<T, TMemory, Lanes512>(arguments, first, second, target);
        else if (Vector256.IsHardwareAccelerated) Run<T, TMemory, Lanes256>(arguments, first, second, target);
        else if (Vector128.IsHardwareAccelerated) Run<T, TMemory, Lanes128>(arguments, first, second, target);
        else Run<T, TMemory, Lanes32>(arguments, first, second, target);
    }

    /// <summary>One example with vectors of a given width, for tests of each.</summary>
    internal static void Run<T, TMemory, TLanes>(in GroupNormArguments arguments, T* first, T* second, T* target)
        where T : unmanaged
        where TMemory : IMemory<T>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var work = (double*)NativeMemory.AlignedAlloc((nuint)(arguments.FirstChannels + arguments.SecondChannels) * BytesPerChannel, 64);
        try
        {
            Run<T, TMemory, TLanes>(arguments, first, second, target, work);
        }
        finally
        {
            NativeMemory.AlignedFree(work);
        }
    }

    /// <summary>
    /// One example, or some whole groups of its channels, with memory to compute in: <see cref="BytesPerChannel"/> for each channel.
    /// </summary>
    internal static void Run<T, TMemory, TLanes>(in GroupNormArguments arguments, T* first, T* second, T* target, double* work)
        where T : unmanaged
        where TMemory : IMemory<T>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int channels = arguments.FirstChannels + arguments.SecondChannels;
        double* means = work, squares = work + channels;
        var scale = (float*)(squares + channels);
        float* shift = scale + channels;
        Statistics<T, TMemory, TLanes>(first, arguments.FirstChannels, arguments.FirstStride, arguments.Pixels, means, squares);
        Statistics<T, TMemory, TLanes>(second, arguments.SecondChannels, arguments.SecondStride, arguments.Pixels, means
            + arguments.FirstChannels, squares + arguments.FirstChannels);
        Coefficients(arguments, means, squares, scale, shift);
        Apply<T, TMemory, TLanes>(arguments, first, arguments.FirstChannels, arguments.FirstStride, target, scale, shift);
        Apply<T, TMemory, TLanes>(arguments, second, arguments.SecondChannels, arguments.SecondStride, target + arguments.FirstChannels,
            scale + arguments.FirstChannels, shift + arguments.FirstChannels);
    }

    /// <summary>Computes the mean of each channel, and the sum of squares about it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Statistics<T, TMemory, TLanes>(T* x, int channels, int stride, int pixels, double* means, double* squares)
        where T : unmanaged
        where TMemory : IMemory<T>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int c = 0;
        for (; c <= channels - 4 * TLanes.Count; c += 4 * TLanes.Count)
        {
            FourColumns<T, TMemory, TLanes>(x + c, stride, pixels, means + c, squares + c);
        }

        for (; c <= channels - TLanes.Count; c += TLanes.Count) Column<T, TMemory, TLanes>(x + c, stride, pixels, means + c, squares + c);
        for (; c < channels; c++) Column<T, TMemory, Lanes32>(x + c, stride, pixels, means + c, squares + c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourColumns<T, TMemory, TLanes>(T* x, int stride, int pixels, double* means, double* squares)
        where T : unmanaged
        where TMemory : IMemory<T>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int lanes = TLanes.Count;
        float* sum = stackalloc float[4 * lanes], square = stackalloc float[4 * lanes], origin = stackalloc float[4 * lanes];
        TLanes o0 = TMemory.Load<TLanes>(x), o1 = TMemory.Load<TLanes>(x + lanes), o2 = TMemory.Load<TLanes>(x + 2 * lanes),
            o3 = TMemory.Load<TLanes>(x + 3 * lanes);
        TLanes.Store(o0, origin);
        TLanes.Store(o1, origin + lanes);
        TLanes.Store(o2, origin + 2 * lanes);
        TLanes.Store(o3, origin + 3 * lanes);
        Clear(means, squares, 4 * lanes);
        for (int begin = 0; begin < pixels; begin += Segment)
        {
            TLanes s0 = TLanes.Create(0), s1 = s0, s2 = s0, s3 = s0, q0 = s0, q1 = s0, q2 = s0, q3 = s0;
            T* pixel = x + (long)begin * stride;
            for (int end = Math.Min(Segment, pixels - begin); end > 0; end--, pixel += stride)
            {
                TLanes d0 = TMemory.Load<TLanes>(pixel) - o0, d1 = TMemory.Load<TLanes>(pixel + lanes) - o1;
                TLanes d2 = TMemory.Load<TLanes>(pixel + 2 * lanes) - o2, d3 = TMemory.Load<TLanes>(pixel + 3 * lanes) - o3;
                s0 += d0;
                s1 += d1;
                s2 += d2;
                s3 += d3;
                q0 = TLanes.MultiplyAdd(d0, d0, q0);
                q1 = TLanes.MultiplyAdd(d1, d1, q1);
                q2 = TLanes.MultiplyAdd(d2, d2, q2);
                q3 = TLanes.MultiplyAdd(d3, d3, q3);
            }

            TLanes.Store(s0, sum);
            TLanes.Store(s1, sum + lanes);
            TLanes.Store(s2, sum + 2 * lanes);
            TLanes.Store(s3, sum + 3 * lanes);
            TLanes.Store(q0, square);
            TLanes.Store(q1, square + lanes);
            TLanes.Store(q2, square + 2 * lanes);
            TLanes.Store(q3, square + 3 * lanes);
            Accumulate(sum, square, 4 * lanes, means, squares);
        }

        Centre(origin, 4 * lanes, pixels, means, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Column<T, TMemory, TLanes>(T* x, int stride, int pixels, double* means, double* squares)
        where T : unmanaged
        where TMemory : IMemory<T>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int lanes = TLanes.Count;
        float* sum = stackalloc float[lanes], square = stackalloc float[lanes], origin = stackalloc float[lanes];
        TLanes o = TMemory.Load<TLanes>(x);
        TLanes.Store(o, origin);
        Clear(means, squares, lanes);
        for (int begin = 0; begin < pixels; begin += Segment)
        {
            TLanes s = TLanes.Create(0), q = s;
            T* pixel = x + (long)begin * stride;
            for (int end = Math.Min(Segment, pixels - begin); end > 0; end--, pixel += stride)
            {
                TLanes d = TMemory.Load<TLanes>(pixel) - o;
                s += d;
                q = TLanes.MultiplyAdd(d, d, q);
            }

            TLanes.Store(s, sum);
            TLanes.Store(q, square);
            Accumulate(sum, square, lanes, means, squares);
        }

        Centre(origin, lanes, pixels, means, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Clear(double* means, double* squares, int channels)
    {
        for (int c = 0; c < channels; c++) means[c] = squares[c] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(float* sum, float* square, int channels, double* sums, double* squares)
    {
        for (int c = 0; c < channels; c++)
        {
            sums[c] += sum[c];
            squares[c] += square[c];
        }
    }

    // From sums about the channel's first number to the mean and the sum of squares about it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Centre(float* origin, int channels, int pixels, double* means, double* squares)
    {
        double share = 1.0 / pixels;
        for (int c = 0; c < channels; c++)
        {
            double mean = means[c] * share;
            squares[c] -= means[c] * mean;
            means[c] = origin[c] + mean;
        }
    }

    // What each channel is multiplied by and what is added then.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Coefficients(in GroupNormArguments arguments, double* means, double* squares, float* scale, float* shift)
    {
        int channels = arguments.FirstChannels + arguments.SecondChannels, width = channels / arguments.Groups;
        double share = 1.0 / width, pixelShare = share / arguments.Pixels;
        for (int begin = 0; begin < channels; begin += width)
        {
            double mean = 0, sum = 0, variance = 0;
            for (int c = begin; c < begin + width; c++)
            {
                if (arguments.Addend is not null) means[c] += arguments.Addend[c];
                mean += means[c];
                sum += squares[c];
            }

            mean *= share;
            for (int c = begin; c < begin + width; c++) variance += (means[c] - mean) * (means[c] - mean);
            variance = variance * share + sum * pixelShare;
            double inverse = 1 / Math.Sqrt(Math.Max(variance, 0) + arguments.Epsilon);
            for (int c = begin; c < begin + width; c++)
            {
                double weight = arguments.Weight[c] * inverse, bias = arguments.Bias[c] - mean * weight;
                if (arguments.Addend is not null) bias += arguments.Addend[c] * weight;
                if (arguments.Scale is not null)
                {
                    weight *= 1.0 + arguments.Scale[c];
                    bias = bias * (1.0 + arguments.Scale[c]) + arguments.Shift[c];
                }

                scale[c] = (float)weight;
                shift[c] = (float)bias;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<T, TMemory, TLanes>(
        in GroupNormArguments arguments, T* x, int channels, int xStride, T* target, float* scale, float* shift)
        where T : unmanaged
        where TMemory : IMemory<T>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int stride = arguments.TargetStride, pixels = arguments.Pixels;
        if (arguments.Silu)
        {
            for (int pixel = 0; pixel < pixels; pixel++, x += xStride, target += stride)
            {
                int c = 0;
                for (; c <= channels - TLanes.Count; c += TLanes.Count)
                {
                    TMemory.Store(Exponential.Silu(Normalised<T, TMemory, TLanes>(x + c, scale + c, shift + c)), target + c);
                }

                for (; c < channels; c++)
                {
                    TMemory.Store(Exponential.Silu(Normalised<T, TMemory, Lanes32>(x + c, scale + c, shift + c)), target + c);
                }
            }
        }
        else
        {
            for (int pixel = 0; pixel < pixels; pixel++, x += xStride, target += stride)
            {
                int c = 0;
                for (; c <= channels - TLanes.Count; c += TLanes.Count)
                {
                    TMemory.Store(Normalised<T, TMemory, TLanes>(x + c, scale + c, shift + c), target + c);
                }

                for (; c < channels; c++) TMemory.Store(Normalised<T, TMemory, Lanes32>(x + c, scale + c, shift + c), target + c);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Normalised<T, TMemory, TLanes>(T* x, float* scale, float* shift)
        where T : unmanaged
        where TMemory : IMemory<T>
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.MultiplyAdd(TMemory.Load<TLanes>(x), TLanes.Load(scale), TLanes.Load(shift));
}
