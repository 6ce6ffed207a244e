using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Some examples of a <see cref="GradientCall"/>, which one thread computes.</summary>
/// <param name="call">The prediction of all examples.</param>
/// <param name="first">The first example.</param>
/// <param name="count">How many.</param>
/// <param name="dropout">What dropout draws for them.</param>
internal sealed class GradientPart(GradientCall call, int first, int count, DropoutStream dropout)
{
    public GradientProgram Program => call.Program;

    public DropoutStream Dropout => dropout;

    /// <summary>Gets the timesteps, [B].</summary>
    public Tensor Timesteps => Of(call.Timesteps);

    /// <summary>Gets the rows of the class embedding, [B].</summary>
    public Tensor Labels => Of(call.Labels!);

    /// <summary>Gets the kernels of the thread that computes.</summary>
    public TrainingKernels Kernels
    {
        get
        {
            if (field!.Threads > 1) OpenMpThreads.ReleaseIdleThreads();
            return field;
        }

        set;
    }

    /// <summary>Gets or sets what the layers saved.</summary>
    public List<Tensor> Saved { get; set; } = [];

    /// <summary>Gets where what each layer saved begins, and the end.</summary>
    public List<int> Begins { get; } = [];

    /// <summary>Returns these examples of all.</summary>
    public Tensor Of(Tensor all) => all.narrow(0, first, count);

    /// <summary>Returns what a layer saved.</summary>
    public List<Tensor> SavedBy(int layer) => Saved[Begins[layer]..Begins[layer + 1]];

    /// <summary>Keeps what the layers saved beyond the thread's scope, where libtorch does not keep it.</summary>
    public void KeepSaved()
    {
        if (call.Accumulation is null) return;
        foreach (Tensor tensor in Saved) tensor.DetachFromDisposeScope();
    }

    /// <summary>Frees what a layer saved, where nobody can ask for it again.</summary>
    public void FreeSavedBy(int layer)
    {
        if (call.Accumulation is null) return;
        foreach (Tensor tensor in SavedBy(layer)) tensor.Dispose();
    }

    /// <summary>Returns whether a feature's gradient leads to one that is asked for.</summary>
    public bool Needs(Feature feature) => call.Needs(feature);

    /// <summary>Returns whether a weight's gradient is asked for.</summary>
    public bool Needs(ParameterShape parameter) => Program.Parameter(parameter).requires_grad;

    /// <summary>Takes a weight's gradient of these examples.</summary>
    public void Give(ParameterShape parameter, Tensor? gradient)
    {
        if (gradient is not null) call.Weights.Add(parameter, gradient);
    }
}
