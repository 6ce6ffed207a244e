using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// One prediction of a network in training: what it is given, which gradients are asked for, and the parts of the batch that threads
/// compute at once.
/// </summary>
internal sealed class GradientCall
{
    /// <summary>How many parts a batch has. It does not depend on the threads, so that the sums over a batch do not.</summary>
    public const int PartsOfABatch = 2;

    private readonly bool[] needed;
    private readonly Tensor[] weights;
    private readonly TensorVersions versions;
    private readonly long seen;

    /// <summary>Takes a prediction's inputs.</summary>
    /// <param name="program">The network.</param>
    /// <param name="given">x_t, [B, C, H, W], and the conditions in the order of the description, each [B, …].</param>
    /// <param name="t">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding, [B]; null where the network knows no classes.</param>
    /// <param name="dropout">What dropout draws.</param>
    public GradientCall(GradientProgram program, Tensor[] given, Tensor t, Tensor? labels, Dropout dropout)
    {
        Program = program;
        Given = given;
        Timesteps = t;
        Labels = labels;
        needed = new bool[program.Graph.Features.Count];
        foreach (Feature feature in program.Graph.Features)
        {
            needed[feature.Index] = GradientLayers.IsGiven(feature)
                ? given[GradientLayers.Place(feature)].requires_grad
                : feature.Operation.Inputs.Any(Needs)
                    || feature.Operation.Parameters.Any(parameter => program.Parameter(parameter).requires_grad);
        }

        weights = [.. program.Graph.Features.SelectMany(Read)];
        versions = new TensorVersions(weights);
        seen = versions.Total();
        int examples = checked((int)t.size(0)), parts = Math.Clamp(examples, 1, PartsOfABatch);
        int First(int part) => (int)((long)examples * part / parts);
        Parts =
        [
            .. Enumerable.Range(0, parts).Select(part => new GradientPart(
                this, First(part), First(part + 1) - First(part), dropout.ForExamples(First(part), examples))),
        ];
    }

    public GradientProgram Program { get; }

    /// <summary>Gets what takes the weights' gradients; null for libtorch's graph.</summary>
    public GradientAccumulation? Accumulation { get; init; }

    public Tensor[] Given { get; set; }

    public Tensor Timesteps { get; set; }

    public Tensor? Labels { get; set; }

    public IReadOnlyList<GradientPart> Parts { get; }

    /// <summary>Gets the sums of what the parts give for the weights.</summary>
    public WeightSums Weights { get; } = new();

    /// <summary>Makes sure that the weights are those of the prediction, where gradients depend on them.</summary>
    /// <exception cref="InvalidOperationException">They have changed, or lie elsewhere or in another type.</exception>
    public void RequireUnchanged()
    {
        Tensor[] now = [.. Program.Graph.Features.SelectMany(Read)];
        if (now.SequenceEqual(weights, ReferenceEqualityComparer.Instance) && now.All(TensorMemory.IsPlain)
            && versions.Total() == seen) return;
        throw new InvalidOperationException("A weight was changed, moved or disposed between a prediction and its backward pass.");
    }

    /// <summary>Returns whether a feature's gradient leads to one that is asked for.</summary>
    public bool Needs(Feature feature) => needed[feature.Index];

    // The weights that a layer's gradients read: those of its input are products with them. Biases are added, and read by none.
    private IEnumerable<Tensor> Read(Feature feature) =>
        feature.Operation is ConvolutionOperation || feature.Operation.Inputs.Any(Needs)
            ? feature.Operation.Parameters.Where(parameter => !parameter.Name.EndsWith(".bias", StringComparison.Ordinal))
                .Select(Program.Parameter)
            : [];
}
