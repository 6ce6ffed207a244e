using Ddpm.Core;
using Ddpm.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Gaps;

/// <summary>
/// Filling in windows against a closed form: an AR(1) series, whose windows are drawn exactly given what is known of them.
/// </summary>
public sealed class GapSamplingTests
{
    private const double Memory = 0.8;
    private const int Window = 32, Samples = 2000;

    [Fact]
    public void Fill_ALongGapInParts_HasTheSeriesMomentsEverywhere()
    {
        // 3 … 116 of 120 rows are missing: three windows and more, with seams between them.
        double[] values = [.. Enumerable.Range(0, 120).Select(row => row is < 3 or > 116 ? 1.0 : double.NaN)];
        FilledSeries filled = Fill(new TimeSeries(["x"], [values]));
        (Tensor mean, Tensor covariance) = Exact(values);
        for (int row = 4; row < 116; row++)
        {
            double[] here = [.. filled.Samples(0, row)], before = [.. filled.Samples(0, row - 1)];
            here.Average().Should().BeApproximately(mean[row].item<double>(), 0.1, "mean of row {0}", row);
            Variance(here).Should().BeApproximately(covariance[row, row].item<double>(), 0.15, "variance of row {0}", row);
            double step = covariance[row, row].item<double>() + covariance[row - 1, row - 1].item<double>()
                - 2 * covariance[row, row - 1].item<double>();
            Variance([.. here.Zip(before, (a, b) => a - b)])
                .Should().BeApproximately(step, 0.06, "a seam would show as a jump at row {0}", row);
        }
    }

    [Fact]
    public void Fill_ASeriesShorterThanAWindow_FillsIt()
    {
        FilledSeries filled = Fill(new TimeSeries(["x"], [new[] { 1, double.NaN, 1 }]));
        filled.Samples(0, 1).ToArray().Average().Should().BeApproximately(2 * Memory / (1 + Memory * Memory), 0.06);
        filled.Samples(0, 0).Length.Should().Be(0);
    }

    [Fact]
    public void Fill_Windows_DisposesWhatItDraws()
    {
        TimeSeries series = new(["x"], [new[] { 1, double.NaN, 1 }]);
        Fill(series);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Fill(series);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static FilledSeries Fill(TimeSeries series)
    {
        var about = new GapModelFile(
            ["x"], new ColumnScaling([0.0], [1.0]), [false], [null], new CalendarCycles([]), new NeighbourGuess([[0.5]]));
        return new GapSampling(series, about, Window, Samples).Fill(Draw);
    }

    // Exact draws: mean of the regression, and noise of the conditional covariance.
    private static Tensor Draw(IReadOnlyDictionary<string, Tensor> conditions, long first)
    {
        Tensor mask = conditions[GapConditions.Mask], guess = conditions[GapConditions.Guess], observed = guess * mask;
        Tensor drawn = zeros_like(observed);
        using Tensor noise = new PerSampleNoise(7).Draw(NoiseRequest.For(observed, first, 0));
        for (int start = 0; start < observed.size(0); start += Samples)
        {
            using var scope = NewDisposeScope();
            Tensor rows = observed.narrow(0, start, Samples).squeeze(1).to(float64);
            Tensor known = mask[start, 0].to(float64).diag(), free = eye(Window, dtype: float64) - known, all = Covariance(Window);
            Tensor inverse = known.matmul(linalg.inv(known.matmul(all).matmul(known) + free)).matmul(known);
            Tensor regression = free.matmul(all).matmul(inverse), left = free.matmul(all - regression.matmul(all)).matmul(free);
            Tensor root = linalg.cholesky(left + 1e-9 * eye(Window, dtype: float64));
            Tensor result = rows + rows.matmul(regression.t()) + noise.narrow(0, start, Samples).squeeze(1).to(float64).matmul(root.t());
            drawn.narrow(0, start, Samples).copy_(result.unsqueeze(1));
        }

        // As a network, in units of the guesses' errors.
        using Tensor error = conditions[GapConditions.Error].clamp_min(1e-3), difference = drawn - guess;
        drawn.Dispose();
        return difference / error;
    }

    private static (Tensor Mean, Tensor Covariance) Exact(double[] values)
    {
        int rows = values.Length;
        Tensor observed = tensor(values).nan_to_num(), known = tensor(values).isnan().logical_not().to(float64).diag();
        Tensor free = eye(rows, dtype: float64) - known, all = Covariance(rows);
        Tensor regression = free.matmul(all).matmul(known.matmul(linalg.inv(known.matmul(all).matmul(known) + free)).matmul(known));
        return (observed + regression.matmul(observed), free.matmul(all - regression.matmul(all)).matmul(free));
    }

    private static Tensor Covariance(int rows)
    {
        Tensor places = arange(rows, float64);
        return pow(tensor(Memory, float64), (places.unsqueeze(0) - places.unsqueeze(1)).abs());
    }

    private static double Variance(double[] numbers)
    {
        double mean = numbers.Average();
        return numbers.Average(x => (x - mean) * (x - mean));
    }
}
