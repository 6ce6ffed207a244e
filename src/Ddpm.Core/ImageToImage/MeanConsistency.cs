using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Keeps samples true to means that are known, such as those of the blocks of a small picture: every estimate x̂_0 becomes the nearest one
/// that has these means and stays in the range of the process's clipping. Without a range this is the step x̂_0 ← x̂_0 + A⁺(y - A x̂_0) of
/// DDNM (Wang et al. 2022, arXiv:2212.00490). It needs no further network and holds under every sampler, as
/// <see cref="SamplingRequest.Hook"/>.
/// </summary>
public sealed class MeanConsistency : IStepHook
{
    // Each halves the interval of a shift, at last to a rounding error of float32.
    private const int Halvings = 24;

    private readonly Tensor means;
    private readonly Func<Tensor, Tensor> measure;
    private readonly Func<Tensor, Tensor> spread;
    private readonly int samplesPerRow;
    private readonly long firstSample;

    /// <summary>Creates the hook of a run.</summary>
    /// <param name="means">The known means y, floating-point [N, …]; the caller keeps them until the run has ended.</param>
    /// <param name="measure">
    /// Computes the means A x of samples [B, …]: each of a group of numbers of one sample. Groups have no number in common.
    /// </param>
    /// <param name="spread">Gives each number of a sample the mean of its group, A⁺ y, and 0 where it is in none.</param>
    /// <param name="samplesPerRow">How many samples are drawn for each row of <paramref name="means"/>. Range: ≥ 1.</param>
    /// <param name="firstSample">The number of the run's first sample, <see cref="SamplingRequest.FirstSample"/>. Range: ≥ 0.</param>
    /// <exception cref="ArgumentException">
    /// An argument is out of range, or <paramref name="measure"/> of what is spread does not give the means.
    /// </exception>
    public MeanConsistency(
        Tensor means, Func<Tensor, Tensor> measure, Func<Tensor, Tensor> spread, int samplesPerRow = 1, long firstSample = 0)
    {
        ArgumentNullException.ThrowIfNull(measure);
        ArgumentNullException.ThrowIfNull(spread);
        this.means = Require.Batch(means);
        this.samplesPerRow = Require.AtLeast(samplesPerRow, 1);
        this.firstSample = Require.AtLeast(firstSample, 0);
        (this.measure, this.spread) = (measure, spread);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor again = measure(spread(means));
        bool same = again.shape.AsSpan().SequenceEqual(means.shape)
            && (means.numel() == 0 || Largest(again - means) <= 1e-4 * (1 + Largest(means)));
        if (!same)
        {
            throw new ArgumentException("measure must give the means again that spread has spread, but gives others.", nameof(measure));
        }
    }

    /// <inheritdoc/>
    public Tensor? ReplaceX0(SamplingStepInfo info, Tensor x0)
    {
        ArgumentNullException.ThrowIfNull(info);
        return Project(x0, [.. info.SampleIndices.Select(Row)], info.Process.Options.Clipping.Limit);
    }

    /// <summary>Moves pictures to the nearest ones that have the means.</summary>
    /// <param name="x0">The pictures, [N · samplesPerRow, …]; those of a row follow each other.</param>
    /// <param name="limit">
    /// The largest magnitude of their numbers; means beyond it are approached as far as it allows. Range: &gt; 0. Default: none.
    /// </param>
    /// <returns>The pictures with the means, in the shape of <paramref name="x0"/>; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The pictures are of another number, or an argument is out of range.</exception>
    public Tensor Project(Tensor x0, double limit = double.PositiveInfinity)
    {
        Require.Batch(x0);
        if (!(limit > 0)) throw new ArgumentOutOfRangeException(nameof(limit), limit, $"limit must be greater than 0, but is {limit}.");
        long expected = means.size(0) * samplesPerRow;
        if (x0.size(0) != expected)
        {
            throw new ArgumentException(
                $"x0 must have {expected} pictures, {samplesPerRow} for each row, but has {x0.size(0)}.", nameof(x0));
        }

        return Project(x0, [.. Enumerable.Range(0, (int)expected).Select(k => (long)k / samplesPerRow)], limit);
    }

    private long Row(long sample)
    {
        long row = (sample - firstSample) / samplesPerRow;
        return sample >= firstSample && row < means.size(0)
            ? row
            : throw new InvalidOperationException(
                $"Every sample must have means, but there are {means.size(0)} · {samplesPerRow} from {firstSample} and none of {sample}.");
    }

    private Tensor Project(Tensor x0, long[] rows, double limit)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor known = means.to(x0.dtype, x0.device).index_select(0, HostNumbers.On(x0.device, rows));
        Tensor result = double.IsInfinity(limit)
            ? x0.Plus(spread(known - measure(x0)))
            : Shifted(x0, Shift(x0, known, limit), limit);
        return result.MoveToOuterDisposeScope();
    }

    // The nearest picture in the range is x_0 shifted by one number for each group, and clipped. The clipped mean grows with the shift.
    private Tensor Shift(Tensor x0, Tensor known, double limit)
    {
        double reach = limit + Largest(x0);
        Tensor least = zeros_like(known).Minus(reach), most = zeros_like(known).Plus(reach);
        for (int halving = 0; halving < Halvings; halving++)
        {
            using var scope = NewDisposeScope();
            Tensor middle = least.Plus(most).Times(0.5);
            Tensor tooLow = measure(Shifted(x0, middle, limit)).lt(known);
            least = where(tooLow, middle, least).MoveToOuterDisposeScope();
            most = where(tooLow, most, middle).MoveToOuterDisposeScope();
        }

        return least.Plus(most).Times(0.5);
    }

    private Tensor Shifted(Tensor x0, Tensor shift, double limit) => x0.Plus(spread(shift)).Clamp(-limit, limit);

    private static double Largest(Tensor x) => x.abs().max().to(float64).item<double>();
}
