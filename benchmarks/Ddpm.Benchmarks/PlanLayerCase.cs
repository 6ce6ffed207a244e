using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>The layers of <see cref="StockLayerCase"/> as steps of plans, over features that lie where a plan has them.</summary>
internal sealed class PlanLayerCase : INetworkDescription, IDisposable
{
    private readonly WorkerTeam team = new(get_num_threads());
    private readonly List<Plan> plans = [];
    private readonly RandomWeights weights = new();
    private readonly PlanOptions options;
    private readonly int[] shape;
    private readonly PlanStep norm, convolution, upsampling;

    /// <summary>Random weights for features [B, C, H, W].</summary>
    public PlanLayerCase(long[] shape, WeightPrecision precision)
    {
        this.shape = [.. shape.Select(size => checked((int)size))];
        options = new PlanOptions(VectorWidth.Best, precision);
        int channels = this.shape[1];
        weights.Add("norm", channels);
        weights.Add("convolution", channels, channels * 9);
        var operation = (GroupNormOperation)NetworkGraph.Of(this).Output.Operation;
        norm = Step((builder, x) => builder.Norm(x, null, operation, null, null, silu: true));
        convolution = Step((builder, x) => builder.Convolution([x], ["convolution"], channels, new ConvolutionShape(3, 1, 1)));
        upsampling = Step((builder, x) => builder.Upsample(x, "convolution", channels));
    }

    /// <inheritdoc/>
    public int InChannels => shape[1];

    /// <inheritdoc/>
    public Feature Describe(NetworkBuilder net) => net.GroupNorm("norm", net.Input, StockLayerCase.Groups, StockLayerCase.Epsilon);

    /// <summary>Group normalisation and SiLU.</summary>
    public void Norm() => team.Run(norm);

    /// <summary>A 3×3 convolution to as many channels.</summary>
    public void Convolution() => team.Run(convolution);

    /// <summary>Every pixel four times, then a 3×3 convolution.</summary>
    public void Upsample() => team.Run(upsampling);

    public void Dispose()
    {
        foreach (Plan plan in plans) plan.Dispose();
        team.Dispose();
    }

    // A plan of one layer, and that layer's step after a prediction, when its input is there.
    private unsafe PlanStep Step(Func<PlanBuilder, Plane, Plane> layer)
    {
        using PlanBuilder builder = PlanBuilder.Create(options, weights, shape[0], team.Threads, shape[1]);
        Plan plan = builder.Build(layer(builder, builder.Read(shape[1], new PlaneSize(shape[2], shape[3]))), team);
        plans.Add(plan);
        var steps = new List<PlanStep>();
        float[] x = RandomWeights.Numbers(shape.Aggregate(1, (product, size) => product * size)), target = new float[plan.OutputLength];
        fixed (float* from = x, to = target)
        {
            plan.Predict(from, new float[shape[0]], [], to, step =>
            {
                team.Run(step);
                steps.Add(step);
            });
        }

        return steps.Single(step => step is not (ReadStep or WriteStep));
    }

    private sealed class RandomWeights : IWeightSource
    {
        private readonly Dictionary<string, float[]> numbers = [];

        public static float[] Numbers(int count)
        {
            var random = new Random(1);
            return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        }

        public void Add(string name, int outputs, int inputs = 1)
        {
            numbers[$"{name}.weight"] = [.. Numbers(outputs * inputs).Select(number => number / MathF.Sqrt(inputs))];
            numbers[$"{name}.bias"] = Numbers(outputs);
        }

        public ReadOnlySpan<float> Read(string name) => numbers[name];
    }
}
