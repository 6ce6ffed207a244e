using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// The initialisation of Ho et al. 2020 (their nn.py): variance scaling with fan average, uniform — Glorot's — and biases of 0. Draws from
/// a generator of its own, in the order in which layers are made, so that two networks of one seed are bit-equal.
/// </summary>
internal sealed class Initializer : IDisposable
{
    private readonly Generator generator;
    private readonly Initialization initialization;

    public Initializer(long seed, Initialization initialization = Initialization.Drawn)
    {
        generator = new Generator(unchecked((ulong)seed), CPU);
        this.initialization = initialization;
    }

    /// <summary>Returns the parameter that a weight begins with.</summary>
    public Parameter Draw(ParameterShape weight)
    {
        using var noGradient = no_grad();
        long[] shape = [.. weight.Shape];
        if (initialization == Initialization.Uninitialized) return Owned(empty(shape, float32));
        return Owned(weight.Start switch
        {
            ParameterStart.Uniform => Uniform(shape, weight.Scale),
            ParameterStart.Normal => randn(shape, dtype: float32, generator: generator),
            ParameterStart.Ones => ones(shape, dtype: float32),
            _ => zeros(shape, dtype: float32),
        });
    }

    public void Dispose() => generator.Dispose();

    // Uniform in ±√(3 · scale / mean of fan-in and fan-out).
    private Tensor Uniform(long[] shape, double scale)
    {
        long receptiveField = 1;
        foreach (long size in shape.AsSpan(2)) receptiveField *= size;
        double fanAverage = (shape[0] + shape[1]) * receptiveField / 2.0;
        double limit = Math.Sqrt(3 * scale / fanAverage);
        return rand(shape, dtype: float32, generator: generator).MultiplyInPlace(2 * limit).SubtractInPlace(limit);
    }

    // A parameter made inside a dispose scope would die with the scope. It shares the numbers of the tensor that it is made of, which would
    // keep them until the garbage collector comes by.
    private static Parameter Owned(Tensor value)
    {
        using (value)
        {
            var parameter = new Parameter(value);
            parameter.DetachFromDisposeScope();
            return parameter;
        }
    }
}
