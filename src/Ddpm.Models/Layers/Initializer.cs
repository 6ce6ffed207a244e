using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// The initialisation of Ho et al. 2020 (their nn.py): variance scaling with fan average, uniform — Glorot's — and biases of 0. Draws from a
/// generator of its own, in the order in which layers are made, so that two networks of one seed are bit-equal.
/// </summary>
internal sealed class Initializer : IDisposable
{
    /// <summary>Their stand-in for a scale of 0, for the last layer of each residual branch: the branch begins as (almost) nothing.</summary>
    public const double NearZero = 1e-10;

    private readonly Generator generator;
    private readonly Initialization initialization;

    public Initializer(long seed, Initialization initialization = Initialization.Drawn)
    {
        generator = new Generator(unchecked((ulong)seed), CPU);
        this.initialization = initialization;
    }

    /// <summary>A weight [out, in, …] drawn uniformly from ±√(3 · scale / mean of fan-in and fan-out).</summary>
    public Parameter Weight(ReadOnlySpan<long> shape, double scale = 1)
    {
        long receptiveField = 1;
        foreach (long size in shape[2..]) receptiveField *= size;
        double fanAverage = (shape[0] + shape[1]) * receptiveField / 2.0;
        double limit = Math.Sqrt(3 * scale / fanAverage);
        using var noGradient = no_grad();
        if (initialization != Initialization.Drawn) return Owned(Empty(shape.ToArray()));
        Tensor weight = rand(shape.ToArray(), dtype: float32, generator: generator);
        weight.mul_(2 * limit).sub_(limit);
        return Owned(weight);
    }

    /// <summary>A parameter [size] with one value everywhere.</summary>
    public Parameter Constant(long size, double value) => Owned(initialization == Initialization.Drawn ? full(size, value, dtype: float32) : Empty(size));

    /// <summary>A weight [rows, columns] of standard normal numbers, as torch's embeddings begin.</summary>
    public Parameter Normal(long rows, long columns)
    {
        using var noGradient = no_grad();
        return Owned(initialization == Initialization.Drawn ? randn([rows, columns], dtype: float32, generator: generator) : Empty(rows, columns));
    }

    public void Dispose() => generator.Dispose();

    private Tensor Empty(params long[] shape) => empty(shape, float32, initialization == Initialization.ShapesOnly ? META : CPU);

    // A parameter made inside a dispose scope would die with the scope.
    private static Parameter Owned(Tensor value)
    {
        var parameter = new Parameter(value);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
