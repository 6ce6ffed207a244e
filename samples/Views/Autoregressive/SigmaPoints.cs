using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>
/// 2(T+1) trajectories of one-dimensional normal data that take the place of infinitely many: the mean over them of any quadratic function
/// of x_0 and the noise is its expectation. The bound's terms for normal data are such functions, so that there is no sampling error.
/// </summary>
internal sealed class SigmaPoints(double mean, double deviation, int timesteps) : INoiseSource
{
    private readonly double radius = Math.Sqrt(timesteps + 1);

    /// <summary>x_0 of every trajectory, [2(T+1), 1].</summary>
    public Tensor X0()
    {
        using Tensor noise = Axis(0);
        return noise * deviation + mean;
    }

    /// <inheritdoc/>
    public Tensor Draw(NoiseRequest request) => Axis(request.Step + 1);

    // Each trajectory differs from the mean in one of the T+1 normal numbers, up or down.
    private Tensor Axis(int number)
    {
        double[] values = new double[2 * (timesteps + 1)];
        (values[number], values[timesteps + 1 + number]) = (radius, -radius);
        return tensor(values).unsqueeze(1);
    }
}
