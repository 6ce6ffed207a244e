using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Plotting.Tests;

public sealed class HeatMapTests
{
    [Fact]
    public void Colors_GrowingNumbers_GrowInLightness()
    {
        using var scope = NewDisposeScope();
        Tensor colors = HeatMap.Colors(linspace(0, 1, 64, float64).reshape(1, 1, 8, 8), 0, 1);
        colors.shape.Should().Equal(1, 3, 8, 8);
        byte[] bytes = colors.data<byte>().ToArray();
        double[] lightness = [.. Enumerable.Range(0, 64).Select(i => Luminance(bytes[i], bytes[64 + i], bytes[128 + i]))];
        lightness.Zip(lightness.Skip(1)).Should().OnlyContain(pair => pair.Second > pair.First);
        lightness[0].Should().BeLessThan(0.01);
        lightness[^1].Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void Colors_BeyondTheRange_AreTheEnds()
    {
        using var scope = NewDisposeScope();
        Tensor colors = HeatMap.Colors(tensor([-5.0, 1, 3, double.PositiveInfinity]).reshape(4, 1, 1, 1), 1, 3);
        colors[0].Equals(colors[1]).Should().BeTrue();
        colors[2].Equals(colors[3]).Should().BeTrue();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        HeatMap.Colors(colors.to(float32).narrow(1, 0, 1), 0, 255).Dispose();
        // What the test makes of the colours itself.
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before + 2);
    }

    [Fact]
    public void Colors_WrongInput_IsNamed()
    {
        using Tensor values = zeros(1, 1, 2, 2), nan = full([1, 1, 2, 2], double.NaN);
        FluentActions.Invoking(() => HeatMap.Colors(values[0], 0, 1)).Should().Throw<ArgumentException>()
            .WithMessage("values must be floating-point [N, 1, H, W], but are Float32 [1, 2, 2]*");
        FluentActions.Invoking(() => HeatMap.Colors(values, 1, 1)).Should().Throw<ArgumentException>()
            .WithMessage("largest must be finite and above least, 1, but is 1*");
        FluentActions.Invoking(() => HeatMap.Colors(nan, 0, 1)).Should().Throw<ArgumentException>().WithMessage("*some are NaN*");
    }

    // The relative luminance of sRGB.
    private static double Luminance(byte red, byte green, byte blue)
    {
        double Linear(byte level) => level / 255.0 is var x && x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4);
        return 0.2126 * Linear(red) + 0.7152 * Linear(green) + 0.0722 * Linear(blue);
    }
}
