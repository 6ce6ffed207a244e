using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Adam (Kingma and Ba 2014, arXiv:1412.6980) with ε added after bias correction, as in PyTorch, and decoupled weight decay (AdamW,
/// Loshchilov and Hutter 2017, arXiv:1711.05101). Unlike TorchSharp's own, its state can be saved; how the update is computed is the
/// subclass's.
/// </summary>
internal abstract class AdamOptimizer : IDisposable
{
    private readonly Parameter[] parameters;
    private readonly Tensor[] first;
    private readonly Tensor[] second;

    protected AdamOptimizer(Parameter[] parameters, AdamSettings settings)
    {
        this.parameters = parameters;
        Settings = settings;
        first = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
        second = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
        Steps = new long[parameters.Length];
    }

    /// <summary>Gets the running means of the gradients.</summary>
    public IReadOnlyList<Tensor> FirstMoments => first;

    /// <summary>Gets the running means of their squares.</summary>
    public IReadOnlyList<Tensor> SecondMoments => second;

    /// <summary>Gets how often each parameter has been updated.</summary>
    public long[] Steps { get; }

    protected AdamSettings Settings { get; }

    public static AdamOptimizer Create(Parameter[] parameters, AdamSettings settings, bool fused) =>
        !fused ? new PlainAdam(parameters, settings)
        : parameters.All(VectorAdam.Fits) ? new VectorAdam(parameters, settings)
        : new FusedAdam(parameters, settings);

    /// <summary>Returns the 2-norm of all gradients together.</summary>
    /// <param name="gradients">A gradient for each parameter; null for those that have none.</param>
    public abstract double Norm(Tensor?[] gradients);

    /// <summary>Updates the parameters that have a gradient.</summary>
    /// <param name="gradients">A gradient for each parameter; divided in place.</param>
    /// <param name="divisor">What the gradients are divided by first.</param>
    /// <param name="learningRate">The learning rate.</param>
    public void Step(Tensor?[] gradients, double divisor, double learningRate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        int[] present = [.. Enumerable.Range(0, parameters.Length).Where(i => gradients[i] is not null)];
        if (present.Length == 0) return;
        foreach (int i in present) Steps[i]++;
        Update(
            present,
            [.. present.Select(i => parameters[i])],
            [.. present.Select(i => gradients[i]!)],
            [.. present.Select(i => first[i])],
            [.. present.Select(i => second[i])],
            divisor,
            learningRate);
    }

    public virtual void Dispose()
    {
        foreach (Tensor tensor in first) tensor.Dispose();
        foreach (Tensor tensor in second) tensor.Dispose();
    }

    protected abstract void Update(
        int[] indices, Tensor[] values, Tensor[] gradients, Tensor[] means, Tensor[] squares, double divisor, double learningRate);
}
