using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>One prediction of a network in training: what it is given, and which gradients are asked for.</summary>
internal sealed class GradientCall
{
    private readonly bool[] needed;
    private readonly Dictionary<string, Tensor> gradients = new(StringComparer.Ordinal);

    /// <summary>Takes a prediction's inputs.</summary>
    /// <param name="program">The network.</param>
    /// <param name="x">x_t, [B, C, H, W].</param>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding, [B]; null where the network knows no classes.</param>
    /// <param name="conditions">The conditions, in the order of the description.</param>
    public GradientCall(GradientProgram program, Tensor x, Tensor t, Tensor? labels, Tensor[] conditions)
    {
        Program = program;
        Timesteps = t;
        Labels = labels;
        needed = new bool[program.Graph.Features.Count];
        foreach (Feature feature in program.Graph.Features)
        {
            needed[feature.Index] = feature.Operation switch
            {
                InputOperation => x.requires_grad,
                ConditionOperation condition => conditions[condition.Index].requires_grad,
                _ => feature.Operation.Inputs.Any(Needs)
                    || feature.Operation.Parameters.Any(parameter => program.Parameter(parameter).requires_grad),
            };
        }
    }

    public GradientProgram Program { get; }

    public Tensor Timesteps { get; set; }

    public Tensor? Labels { get; set; }

    /// <summary>Gets where what each layer saved begins.</summary>
    public List<int> Begins { get; } = [];

    /// <summary>Returns whether a feature's gradient leads to one that is asked for.</summary>
    public bool Needs(Feature feature) => needed[feature.Index];

    /// <summary>Returns whether a weight's gradient is asked for.</summary>
    public bool Needs(ParameterShape parameter) => Program.Parameter(parameter).requires_grad;

    /// <summary>Takes a weight's gradient.</summary>
    public void Give(ParameterShape parameter, Tensor? gradient)
    {
        if (gradient is not null) gradients[parameter.Name] = gradient;
    }

    /// <summary>Returns a weight's gradient, once; null where it has none.</summary>
    public Tensor? Take(ParameterShape parameter) => gradients.Remove(parameter.Name, out Tensor? gradient) ? gradient : null;
}
