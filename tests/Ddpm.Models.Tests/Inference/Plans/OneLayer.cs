using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference.Plans;

/// <summary>A plan of what a test adds to it, without a network around.</summary>
internal sealed class OneLayer : IWeightSource
{
    private readonly Dictionary<string, float[]> weights = [];

    /// <summary>The widths that kernels are written for, whatever this machine would choose.</summary>
    public static IReadOnlyList<int> Widths { get; } = [16, 8, 4, 1];

    public ReadOnlySpan<float> Read(string name) => weights[name];

    /// <summary>Takes the weight and bias of a layer; no bias is one of zeros.</summary>
    public OneLayer With(string name, Tensor weight, Tensor? bias = null)
    {
        weights[$"{name}.weight"] = weight.data<float>().ToArray();
        weights[$"{name}.bias"] = bias is null ? new float[weight.size(0)] : bias.data<float>().ToArray();
        return this;
    }

    /// <summary>What the layers make of x.</summary>
    /// <param name="x">Float32, [B, C, H, W].</param>
    /// <param name="lanes">The vectors' width.</param>
    /// <param name="threads">How many threads share the work.</param>
    /// <param name="layers">Adds them, to what x becomes.</param>
    public Tensor Apply(Tensor x, int lanes, int threads, Func<PlanBuilder, Plane, Plane> layers)
    {
        using var team = new WorkerTeam(threads);
        using PlanBuilder builder = PlanBuilder.Create(new PlanOptions(lanes), this, (int)x.size(0), threads, 512);
        Plane result = layers(builder, builder.Read((int)x.size(1), new PlaneSize(x.size(2), x.size(3))));
        using Plan plan = builder.Build(result, team);
        var output = new float[plan.OutputLength];
        plan.Predict(x.contiguous().data<float>().ToArray(), new float[x.size(0)], [], output);
        return tensor(output).view(x.size(0), result.Channels, result.Height, result.Width);
    }
}
