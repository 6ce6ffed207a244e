using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Likelihood;

/// <summary>
/// Points (x_0, ε_0, …, ε_{T-1}) with weights that turn expectations over trajectories into sums, and the noise source that gives them out.
/// </summary>
internal sealed class WeightedPoints(Tensor x0, Tensor[] noise, Tensor weights) : INoiseSource
{
    public Tensor X0 => x0;

    public Tensor Draw(NoiseRequest request) => noise[request.Step].index_select(0, tensor(request.SampleIndices.ToArray()));

    /// <summary>The expectation of a column, or of each column of a table.</summary>
    public double[] Mean(Tensor values)
    {
        using var scope = NewDisposeScope();
        return weights.unsqueeze(0).matmul(values.reshape(values.size(0), -1)).Values();
    }

    /// <summary>For normal x_0: the means of all quadratic functions of the trajectory are exact.</summary>
    /// <param name="mean">[D].</param>
    /// <param name="root">A root of the covariance, [D, D]: covariance = root rootᵀ.</param>
    /// <param name="timesteps">T.</param>
    public static WeightedPoints OfNormal(Tensor mean, Tensor root, int timesteps)
    {
        long dimensions = mean.size(0), all = dimensions * (timesteps + 1);
        Tensor unit = eye(all, dtype: float64) * Math.Sqrt(all), points = cat([unit, -unit]);
        Tensor Part(int which) => points.narrow(1, which * dimensions, dimensions);
        return new WeightedPoints(
            mean + Part(0).matmul(root.t()),
            [.. Enumerable.Range(1, timesteps).Select(Part)],
            full(2 * all, 0.5 / all, float64));
    }

    /// <summary>For a mixture in one dimension: the trapezoidal rule, whose error falls exponentially for smooth functions.</summary>
    public static WeightedPoints OfMixture((double Weight, double Mean, double Deviation)[] components, int timesteps, double step)
    {
        Tensor line = arange(-9.0, 9.0 + step / 2, step, float64), weight = (line.square() * -0.5).exp() * (step / Math.Sqrt(2 * Math.PI));
        Tensor[] Grids(Tensor axis) => meshgrid(Enumerable.Repeat(axis, timesteps + 1), "ij");
        Tensor[] z = [.. Grids(line).Select(grid => grid.reshape(-1, 1))], weights = Grids(weight);
        Tensor product = weights.Aggregate((one, other) => one * other).flatten();
        return new WeightedPoints(
            cat([.. components.Select(c => z[0] * c.Deviation + c.Mean)]),
            [.. z.Skip(1).Select(noise => noise.repeat(components.Length, 1))],
            cat([.. components.Select(c => product * c.Weight)]));
    }

    /// <summary>For one of a few values, equally likely, and one step of noise.</summary>
    public static WeightedPoints OfValues(Tensor values, double step)
    {
        Tensor line = arange(-9.0, 9.0 + step / 2, step, float64), weight = (line.square() * -0.5).exp() * (step / Math.Sqrt(2 * Math.PI));
        long count = values.size(0);
        return new WeightedPoints(
            values.repeat_interleave(line.size(0), 0), [line.unsqueeze(1).repeat(count, 1)], weight.repeat(count) / count);
    }
}
