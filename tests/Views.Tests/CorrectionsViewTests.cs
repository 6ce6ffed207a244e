using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Experiments;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Views.Tests;

public sealed class CorrectionsViewTests
{
    // Φ(0.39216) - Φ(-0.39216), half a bin of 2/255 at σ = 0.01, by the error function to all its digits.
    private const double MiddleBin = 0.30505768496183033;

    [Fact]
    public void LastMarginal_PapersSchedule_IsNotTheSummarysNumber()
    {
        ImmutableSortedDictionary<string, Measured> row = CorrectionsView.LastMarginal().Value;
        // ᾱ_T = Π (1 - β_t), with β_t = 1e-4 + t (0.02 - 1e-4)/999, in decimal arithmetic.
        decimal alphaBar = 1;
        for (int t = 0; t < 1000; t++) alphaBar *= 1 - (0.0001m + t * 0.0199m / 999);

        row[CorrectionsView.Variance].Value.Should().BeApproximately((double)(1 - alphaBar), 1e-14);
        row[CorrectionsView.Signal].Value.Should().BeApproximately(Math.Sqrt((double)alphaBar), 1e-12);
        Math.Round(row[CorrectionsView.Variance].Value, 5).Should().Be(0.99996, "not 0.99995");
        Math.Round(row[CorrectionsView.Signal].Value, 5).Should().Be(0.00635);
    }

    [Fact]
    public void LastStep_MeanExactlyRight_StillCosts()
    {
        using var scope = NewDisposeScope();
        Tensor pixel = tensor(new[] { 1 / 255.0 });
        LastStep bits = LastStep.Of(pixel, pixel, 1e-4);

        bits.SquaredError.item<double>().Should().Be(0, "an MSE sees nothing to pay");
        bits.Exact.item<double>().Should().BeApproximately(-Math.Log2(MiddleBin), 1e-6);
        bits.Paper.item<double>().Should().BeApproximately(-Math.Log2(MiddleBin), 2e-3, "the tanh is off by 3e-4");
        bits.Density.item<double>().Should().BeApproximately(Math.Log2(0.01 * Math.Sqrt(2 * Math.PI) * 255 / 2), 1e-9);
    }

    [Fact]
    public void LastStep_WideVariance_ApproachesTheDensity()
    {
        using var scope = NewDisposeScope();
        Tensor pixel = tensor(new[] { 1 / 255.0 });
        double Gap(double sigma)
        {
            LastStep bits = LastStep.Of(pixel, pixel, sigma * sigma);
            return Math.Abs((bits.Exact - bits.Density).item<double>());
        }

        // The density times the width is the midpoint rule for the bin's integral, off by φ''/φ h²/24 of it with the bin's width h.
        Gap(0.01).Should().BeGreaterThan(0.03);
        Gap(0.08).Should().BeApproximately(Math.Pow(LastStep.Bin / 0.08, 2) / 24 / Math.Log(2), 1e-6);
    }

    [Fact]
    public void LastStep_BlackPixelBelowTheScale_CostsNothingButItsSquare()
    {
        using var scope = NewDisposeScope();
        Tensor black = tensor(new[] { -1.0 });
        LastStep below = LastStep.Of(black, black - 4 * LastStep.Bin, 1e-4);

        below.Exact.item<double>().Should().BeApproximately(0, 1e-3, "the bin of the lowest value is open");
        below.SquaredError.item<double>().Should().BeApproximately(Math.Pow(4 * 2 / 2.55, 2) / 2 / Math.Log(2), 1e-9);
        // Amid the scale the same error costs about its square and the bin's width.
        Tensor grey = tensor(new[] { 1 / 255.0 });
        LastStep amid = LastStep.Of(grey, grey - 4 * LastStep.Bin, 1e-4);
        amid.Exact.item<double>().Should().BeGreaterThan(5);
    }

    [Fact]
    public void Measure_ModelThatKnowsX0_IsTheFloorOfOpenAndClosedBins()
    {
        using var scope = NewDisposeScope();
        // One picture: x̂_0 is exact, so that μ is, and L_0 is what the bins cost.
        Tensor bytes = tensor(new byte[] { 0, 255, 100, 30 }).reshape(1, 1, 2, 2);
        using var data = new ImageDataset(bytes);
        using var known = new EmpiricalData(PixelConversion.FromBytes(bytes));
        var schedule = new LinearSchedule();

        ImmutableSortedDictionary<string, Measured> row = CorrectionsView.Measure(
            "known", new ExactModel(schedule, known), new ReverseDiffusion(schedule), InitialLogVariance.Floored, data, 1, 1).Value;

        double open = -Math.Log2((1 + MiddleBin) / 2), closed = -Math.Log2(MiddleBin);
        row[CorrectionsView.Exact].Value.Should().BeApproximately((open + closed) / 2, 1e-5);
        row[CorrectionsView.SquaredError].Value.Should().BeApproximately(0, 1e-6);
    }
}
