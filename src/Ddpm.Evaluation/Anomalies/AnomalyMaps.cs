using System.Collections.Immutable;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Holds where, and how much, pictures differ from their reconstructions, which any method may have made: a heat map and two scores for
/// each. Dispose it to free the tensors.
/// </summary>
public sealed class AnomalyMaps : IDisposable
{
    private AnomalyMaps(Tensor reconstructions, Tensor heat, ImmutableArray<double> meanErrors, ImmutableArray<double> peaks) =>
        (Reconstructions, Heat, MeanErrors, Peaks) = (reconstructions, heat, meanErrors, peaks);

    /// <summary>Gets the reconstructions x̂_0, [N, C, H, W].</summary>
    public Tensor Reconstructions { get; }

    /// <summary>Gets the heat maps: (x_0 - x̂_0)², the mean over the channels, smoothed. float64 [N, 1, H, W] on the CPU.</summary>
    public Tensor Heat { get; }

    /// <summary>
    /// Gets the mean of (x_0 - x̂_0)² over each picture: the score for anomalies that fill a picture. Its unit is that of the pixels,
    /// squared.
    /// </summary>
    public ImmutableArray<double> MeanErrors { get; }

    /// <summary>Gets the largest number of each heat map: the score for anomalies that are small.</summary>
    public ImmutableArray<double> Peaks { get; }

    /// <summary>Compares pictures with reconstructions.</summary>
    /// <param name="pictures">The pictures, floating-point [N, C, H, W].</param>
    /// <param name="reconstructions">Their reconstructions, in the same shape.</param>
    /// <param name="smoothing">
    /// The standard deviation in pixels of the Gaussian window that smooths the heat maps, 0 for none. Its weights sum to 1 at the
    /// borders too. Range: ≥ 0.
    /// </param>
    /// <returns>The maps, with a copy of the reconstructions.</returns>
    /// <exception cref="ArgumentException">Shapes or types differ, a number is out of range, or a pixel is NaN or infinite.</exception>
    public static AnomalyMaps Of(Tensor pictures, Tensor reconstructions, double smoothing = 1)
    {
        RequirePictures(pictures);
        Require.SameShape(reconstructions, pictures);
        Require.NotNegative(smoothing);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor error = pictures.to(float64, CPU).sub(reconstructions.to(float64, CPU)).Square();
        if (!double.IsFinite(error.max().item<double>()))
        {
            throw new ArgumentException("pictures and reconstructions must be finite, but hold NaN or an infinity.", nameof(pictures));
        }

        Tensor heat = error.mean([1], keepdim: true);
        double[] means = heat.mean([1, 2, 3]).data<double>().ToArray();
        if (smoothing > 0)
        {
            Tensor down = Window(pictures.size(2), smoothing), right = Window(pictures.size(3), smoothing);
            heat = down.matmul(heat).matmul(right.t());
        }

        double[] peaks = heat.amax([1, 2, 3]).data<double>().ToArray();
        return new AnomalyMaps(
            reconstructions.detach().clone().DetachFromDisposeScope(), heat.DetachFromDisposeScope(), [.. means], [.. peaks]);
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Reconstructions.Dispose();
        Heat.Dispose();
    }

    internal static void RequirePictures(Tensor pictures)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        if (pictures.dim() == 4 && pictures.numel() > 0 && pictures.is_floating_point()) return;
        throw new ArgumentException(
            $"pictures must be floating-point [N, C, H, W] with at least one, but are {pictures.dtype} {Require.Shape(pictures.shape)}.",
            nameof(pictures));
    }

    // Row i holds the weights of all places for place i.
    private static Tensor Window(long size, double deviation)
    {
        double[] weights = [.. from i in Enumerable.Range(0, (int)size)
                               from weight in Row(i)
                               select weight];
        return tensor(weights, float64).reshape(size, size);

        double[] Row(int i)
        {
            double[] row = [.. Enumerable.Range(0, (int)size).Select(j => Math.Exp(-0.5 * (i - j) * (i - j) / (deviation * deviation)))];
            double sum = row.Sum();
            return [.. row.Select(weight => weight / sum)];
        }
    }
}
