using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Says how the divergence of a network is computed: exactly, or estimated from random probes.</summary>
public sealed class Divergence
{
    private Divergence(int probes, ProbeDistribution distribution = default) => (Probes, Distribution) = (probes, distribution);

    /// <summary>Gets the trace of the Jacobian: as many backward passes as an example has elements, for few dimensions.</summary>
    public static Divergence Exact { get; } = new(0);

    /// <summary>Gets how many probes are drawn for each example; 0 for the exact divergence.</summary>
    public int Probes { get; }

    /// <summary>Gets the distribution of the probes.</summary>
    public ProbeDistribution Distribution { get; }

    /// <summary>
    /// Estimates the divergence by vᵀJv with random vectors v (Hutchinson 1990), one backward pass for each. The estimate has no bias;
    /// the probes of an example stay the same along its trajectory, so that each gives an estimate of the whole integral.
    /// </summary>
    /// <param name="probes">The vectors for each example. With 2 or more, the report includes their uncertainty. Range: ≥ 1.</param>
    /// <param name="distribution">The distribution of the vectors. Default: Rademacher.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public static Divergence Hutchinson(int probes = 1, ProbeDistribution distribution = ProbeDistribution.Rademacher)
    {
        if (!Enum.IsDefined(distribution))
        {
            throw new ArgumentException($"distribution must be Rademacher or Gaussian, but is {distribution}.", nameof(distribution));
        }

        return new Divergence(Require.AtLeast(probes, 1), distribution);
    }

    /// <summary>
    /// The probes of a batch, float64 tensors in the shape of x; none for the exact divergence. Called inside a dispose scope.
    /// </summary>
    internal Tensor[] Draw(INoiseSource noise, Tensor x, long firstExample)
    {
        NoiseRequest request = NoiseRequest.For(x, firstExample, 0);
        return [.. Enumerable.Range(1, Probes).Select(probe =>
        {
            using Tensor normal = noise.Draw(request with { Step = probe });
            if (Distribution == ProbeDistribution.Gaussian) return normal.to(float64, copy: true);
            using Tensor positive = normal.GreaterThan(0).to(float64);
            return positive.Times(2).Minus(1);
        })];
    }

    /// <summary>
    /// The divergence of y = f(x) for each probe, [probes, B], or exactly, [1, B]; float64. Called inside a dispose scope with gradients.
    /// </summary>
    internal Tensor Of(Tensor y, Tensor x, Tensor[] probes)
    {
        if (Probes > 0)
        {
            return stack([.. probes.Select((probe, k) =>
            {
                Tensor pulled = autograd.grad([y], [x], [probe], retain_graph: k < probes.Length - 1)[0];
                return (pulled * probe).reshape(x.size(0), -1).sum([1]);
            })]);
        }

        using var scope = NewDisposeScope();
        Tensor flat = y.reshape(y.size(0), -1), trace = zeros(x.size(0), float64, x.device);
        for (long element = 0; element < flat.size(1); element++)
        {
            using var one = NewDisposeScope();
            Tensor row = autograd.grad([flat.select(1, element).sum()], [x], retain_graph: element < flat.size(1) - 1)[0];
            trace.AddInPlace(row.reshape(x.size(0), -1).select(1, element));
        }

        return trace.unsqueeze(0).MoveToOuterDisposeScope();
    }
}
