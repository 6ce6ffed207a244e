using System.Runtime.Intrinsics;

namespace Ddpm.Inference;

/// <summary>
/// Layers and their gradients as training needs them, one call a layer: float32 on the CPU, channels last without gaps, channels a multiple
/// of 16. For one thread at a time; dispose it to end its threads and to free its memory.
/// </summary>
internal abstract unsafe class TrainingKernels : IDisposable
{
    private AlignedMemory memory = new(0);
    private AlignedMemory zeros = new(0);

    private protected TrainingKernels(int threads) => Team = new WorkerTeam(threads, spins: 100);

    /// <summary>Gets how many threads share the work.</summary>
    public int Threads => Team.Threads;

    private protected WorkerTeam Team { get; }

    /// <summary>Returns kernels that compute with 16, 8, 4 numbers at once or with one; never with more than the processor does.</summary>
    public static TrainingKernels Create(int lanes, int threads) => lanes switch
    {
        16 when Vector512.IsHardwareAccelerated => new TrainingKernels<Lanes512>(threads),
        8 when Vector256.IsHardwareAccelerated => new TrainingKernels<Lanes256>(threads),
        4 when Vector128.IsHardwareAccelerated => new TrainingKernels<Lanes128>(threads),
        _ => new TrainingKernels<Lanes32>(threads),
    };

    /// <summary>Computes a 3×3 convolution.</summary>
    /// <param name="source">The input.</param>
    /// <param name="weight">The weight, [Cout, Cin, 3, 3].</param>
    /// <param name="bias">The bias, [Cout].</param>
    /// <param name="target">The result.</param>
    public abstract void Convolve(Plane source, float* weight, float* bias, Plane target);

    /// <summary>Computes the gradient of a 3×3 convolution's input.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="weight">The weight, [Cout, Cin, 3, 3].</param>
    /// <param name="target">The gradient of the input.</param>
    public abstract void ConvolveGradient(Plane gradient, float* weight, Plane target);

    /// <summary>Computes the gradients of a 3×3 convolution's weight and bias.</summary>
    /// <param name="source">The input.</param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="weight">The weight's gradient, [Cout, Cin, 3, 3].</param>
    /// <param name="bias">The bias's gradient, [Cout].</param>
    public abstract void WeightGradient(Plane source, Plane gradient, float* weight, float* bias);

    /// <summary>Computes a group normalisation, perhaps with SiLU.</summary>
    public abstract void Norm(Plane source, NormParameters parameters, Plane target);

    /// <summary>Computes the gradients of a group normalisation, perhaps with SiLU.</summary>
    /// <param name="source">The input.</param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="parameters">The normalisation.</param>
    /// <param name="target">The gradient of the input.</param>
    /// <param name="weight">The weight's gradient, [C].</param>
    /// <param name="bias">The bias's gradient, [C].</param>
    public abstract void NormGradient(
        Plane source, Plane gradient, NormParameters parameters, Plane target, float* weight, float* bias);

    /// <summary>Computes a convolution as it is written, of any stride, or of 1×1: a dense layer over the channels of each pixel.</summary>
    /// <param name="source">The input.</param>
    /// <param name="weight">The weight, [Cout, Cin, k, k].</param>
    /// <param name="bias">The bias, [Cout].</param>
    /// <param name="shape">Kernel, stride and padding.</param>
    /// <param name="target">The result.</param>
    public abstract void Direct(Plane source, float* weight, float* bias, ConvolutionShape shape, Plane target);

    /// <summary>Computes the gradient of a dense layer's input.</summary>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="weight">The weight, [Cout, Cin].</param>
    /// <param name="target">The gradient of the input.</param>
    public abstract void DenseGradient(Plane gradient, float* weight, Plane target);

    /// <summary>Computes the gradients of a dense layer's weight and bias.</summary>
    /// <param name="source">The input.</param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="weight">The weight's gradient, [Cout, Cin].</param>
    /// <param name="bias">The bias's gradient, [Cout].</param>
    public abstract void DenseWeightGradient(Plane source, Plane gradient, float* weight, float* bias);

    /// <summary>Computes softmax(q kᵀ/√d) v between all pixels of an example.</summary>
    /// <param name="projected">Queries, keys and values, one after the other in a pixel's channels.</param>
    /// <param name="heads">How many heads share the channels of each; those of a head are a multiple of 16.</param>
    /// <param name="target">The result.</param>
    public abstract void Attention(Plane projected, int heads, Plane target);

    /// <summary>Computes the gradients of queries, keys and values.</summary>
    /// <param name="projected">Queries, keys and values.</param>
    /// <param name="heads">How many heads share the channels of each.</param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="target">The gradients of queries, keys and values.</param>
    public abstract void AttentionGradient(Plane projected, int heads, Plane gradient, Plane target);

    public void Dispose()
    {
        Team.Dispose();
        memory.Dispose();
        zeros.Dispose();
    }

    /// <summary>Returns memory to compute in until the next call.</summary>
    private protected float* Memory(long floats)
    {
        if (memory.Floats < floats)
        {
            memory.Dispose();
            memory = new AlignedMemory(floats);
        }

        return memory.Address;
    }

    /// <summary>Returns so many zeros.</summary>
    private protected nint Zeros(int floats)
    {
        if (zeros.Floats < floats)
        {
            zeros.Dispose();
            zeros = new AlignedMemory(floats);
        }

        return (nint)zeros.Address;
    }
}
