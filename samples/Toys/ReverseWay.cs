using Ddpm.Core;
using static TorchSharp.torch;

namespace Toys;

/// <summary>What a sampler passes through: the points and the estimates x̂_0 of every step.</summary>
/// <param name="Timesteps">The t of each entry: T for pure noise, then those of the steps, down to 0.</param>
/// <param name="X">The points at each, float32 [N, 2]: x_T, then what each step leads to.</param>
/// <param name="X0">The estimate that each step was made with; that of pure noise is that of the first step.</param>
internal sealed record ReverseWay(IReadOnlyList<int> Timesteps, IReadOnlyList<Tensor> X, IReadOnlyList<Tensor> X0)
{
    public Tensor Samples => X[^1];

    /// <summary>Draws samples and keeps the way, whose tensors belong to the caller's scope.</summary>
    public static ReverseWay Of(DiffusionSampler sampler, SamplingRequest request, CancellationToken stop)
    {
        var timesteps = new List<int>();
        var points = new List<Tensor>();
        var estimates = new List<Tensor>();
        foreach (SamplingState state in sampler.Steps(request, stop))
        {
            timesteps.Add(state.Timestep);
            points.Add(state.X.clone().MoveToOuterDisposeScope());
            if (state.X0 is null) continue;
            Tensor estimate = state.X0.clone().MoveToOuterDisposeScope();
            if (estimates.Count == 0) estimates.Add(estimate);
            estimates.Add(estimate);
        }

        return new ReverseWay(timesteps, points, estimates);
    }

    /// <summary>The first points' paths, [N, steps, 2].</summary>
    public Tensor Paths(int count) => stack([.. X.Select(points => points.narrow(0, 0, count))], 1);
}
