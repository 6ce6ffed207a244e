using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Anomalies;

public sealed class AnomalyMapsTests
{
    [Fact]
    public void Of_OneWrongPixel_IsAGaussianWindowAroundIt()
    {
        using var scope = NewDisposeScope();
        Tensor picture = zeros(2, 3, 5, 7), other = picture.clone();
        other[1, 0, 2, 3] = 3; // in one of three channels: 9/3
        using AnomalyMaps plain = AnomalyMaps.Of(picture, other, smoothing: 0);
        using AnomalyMaps smooth = AnomalyMaps.Of(picture, other, smoothing: 0.8);

        plain.Heat.shape.Should().Equal(2, 1, 5, 7);
        plain.Heat[1, 0, 2, 3].item<double>().Should().Be(3);
        plain.Heat.sum().item<double>().Should().Be(3);
        plain.MeanErrors.Should().Equal(0, 3.0 / 35);
        plain.Peaks.Should().Equal(0, 3);
        plain.Reconstructions.Equals(other).Should().BeTrue();

        // The window of row i has the weights exp(-(i - j)²/2s²), which sum to 1 over the picture.
        double Weight(int size, int i, int j)
        {
            double Raw(int k) => Math.Exp(-(i - k) * (i - k) / (2 * 0.8 * 0.8));
            return Raw(j) / Enumerable.Range(0, size).Sum(Raw);
        }

        foreach ((int y, int x) in new[] { (2, 3), (2, 4), (0, 0), (4, 6) })
        {
            smooth.Heat[1, 0, y, x].item<double>().Should().BeApproximately(3 * Weight(5, y, 2) * Weight(7, x, 3), 1e-12);
        }

        smooth.MeanErrors.Should().Equal(plain.MeanErrors, "smoothing is for the map");
        smooth.Peaks[1].Should().BeApproximately(smooth.Heat.max().item<double>(), 0);
    }

    [Fact]
    public void Of_EvenError_StaysEvenAtTheBorders()
    {
        using var scope = NewDisposeScope();
        Tensor picture = zeros(1, 1, 6, 4);
        using AnomalyMaps maps = AnomalyMaps.Of(picture, picture + 2, smoothing: 3);
        maps.Heat.sub(4).abs().max().item<double>().Should().BeLessThan(1e-12);
    }

    [Fact]
    public void Of_WrongInput_IsNamedAndNothingIsLeft()
    {
        using var scope = NewDisposeScope();
        Tensor picture = zeros(1, 1, 6, 4), infinite = picture / 0;
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        FluentActions.Invoking(() => AnomalyMaps.Of(picture.reshape(6, 4), picture)).Should().Throw<ArgumentException>()
            .WithMessage("pictures must be floating-point [N, C, H, W] with at least one, but are Float32 [6, 4]*");
        FluentActions.Invoking(() => AnomalyMaps.Of(picture, zeros(1, 1, 4, 6))).Should().Throw<ArgumentException>()
            .WithMessage("reconstructions must have the shape of pictures, *");
        FluentActions.Invoking(() => AnomalyMaps.Of(picture, picture, -1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("smoothing must be finite and at least 0, but is -1*");
        FluentActions.Invoking(() => AnomalyMaps.Of(picture, infinite)).Should().Throw<ArgumentException>().WithMessage("*must be finite*");
        AnomalyMaps.Of(picture, picture).Dispose();
        // The two that the test makes: the reshaped picture and the transposed one.
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before + 2);
    }
}
