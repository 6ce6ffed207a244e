using System.Numerics;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// The gradient norm and Adam's update of all weights on the CPU, in one pass over memory each. The work is divided over all numbers of all
/// weights, so that the many small ones cost no start of threads, and the sums do not depend on the threads.
/// </summary>
internal static unsafe class WeightUpdates
{
    private const int ChunkLength = 1 << 15;

    /// <summary>Returns whether a tensor is one that this computes with: float32 on the CPU, in the order of its numbers.</summary>
    public static bool Fits(Tensor tensor) => TensorMemory.IsPlain(tensor) && tensor.is_contiguous();

    /// <summary>Returns the 2-norm of all numbers together.</summary>
    public static double Norm(Tensor[] tensors)
    {
        Chunk[] chunks = Chunks(tensors);
        nint[] addresses = Addresses(tensors);
        var sums = new double[chunks.Length];
        ForAll(chunks, (i, chunk) => sums[i] = SumOfSquares((float*)addresses[chunk.Tensor] + chunk.First, chunk.Count));
        GC.KeepAlive(tensors);
        return Math.Sqrt(sums.Sum());
    }

    /// <summary>Updates weights and moments in place, and divides the gradients.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="means">The running means of the gradients.</param>
    /// <param name="squares">The running means of their squares.</param>
    /// <param name="steps">The numbers of each weight's update.</param>
    public static void Adam(Tensor[] weights, Tensor[] gradients, Tensor[] means, Tensor[] squares, AdamStep[] steps)
    {
        nint[] p = Addresses(weights), g = Addresses(gradients), m = Addresses(means), v = Addresses(squares);
        ForAll(Chunks(weights), (_, chunk) =>
        {
            nint first = (nint)(chunk.First * sizeof(float));
            int i = chunk.Tensor;
            Update((float*)(p[i] + first), (float*)(g[i] + first), (float*)(m[i] + first), (float*)(v[i] + first), chunk.Count, steps[i]);
        });
        GC.KeepAlive((weights, gradients, means, squares));
    }

    private static void ForAll(Chunk[] chunks, Action<int, Chunk> action)
    {
        int threads = get_num_threads();
        if (threads > 1) OpenMpThreads.ReleaseIdleThreads();
        Parallel.For(0, chunks.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => action(i, chunks[i]));
    }

    private static nint[] Addresses(Tensor[] tensors) => Array.ConvertAll(tensors, tensor => (nint)TensorMemory.Address(tensor));

    private static Chunk[] Chunks(Tensor[] tensors)
    {
        var chunks = new List<Chunk>();
        for (int i = 0; i < tensors.Length; i++)
        {
            long count = tensors[i].numel();
            for (long first = 0; first < count; first += ChunkLength)
            {
                chunks.Add(new Chunk(i, first, (int)Math.Min(ChunkLength, count - first)));
            }
        }

        return [.. chunks];
    }

    private static double SumOfSquares(float* x, int count)
    {
        int lanes = Vector<float>.Count, i = 0;
        Vector<double> low = Vector<double>.Zero, high = low;
        for (; i <= count - lanes; i += lanes)
        {
            Vector.Widen(Vector.Load(x + i), out Vector<double> first, out Vector<double> last);
            low += first * first;
            high += last * last;
        }

        double sum = Vector.Sum(low + high);
        for (; i < count; i++) sum += (double)x[i] * x[i];
        return sum;
    }

    // A number at the end of a chunk has the same operations as a vector's: its bits do not depend on the vectors' width.
    private static void Update(float* p, float* g, float* m, float* v, int count, AdamStep step)
    {
        int lanes = Vector<float>.Count, i = 0;
        var epsilon = new Vector<float>(step.Epsilon);
        for (; i <= count - lanes; i += lanes)
        {
            Vector<float> gradient = Vector.Load(g + i) / step.Divisor, mean = Vector.Load(m + i), square = Vector.Load(v + i);
            mean += (gradient - mean) * step.OfGradient;
            square = square * step.Beta2 + gradient * gradient * step.OfSquare;
            Vector<float> weight = Vector.Load(p + i) * step.Decay - mean * step.Rate / (Vector.SquareRoot(square) * step.Root + epsilon);
            gradient.Store(g + i);
            mean.Store(m + i);
            square.Store(v + i);
            weight.Store(p + i);
        }

        for (; i < count; i++)
        {
            float gradient = g[i] / step.Divisor, mean = m[i], square = v[i];
            mean += (gradient - mean) * step.OfGradient;
            square = square * step.Beta2 + gradient * gradient * step.OfSquare;
            p[i] = p[i] * step.Decay - mean * step.Rate / (MathF.Sqrt(square) * step.Root + step.Epsilon);
            (g[i], m[i], v[i]) = (gradient, mean, square);
        }
    }

    /// <summary>A stretch of a tensor's numbers.</summary>
    private readonly record struct Chunk(int Tensor, long First, int Count);
}
