using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Diffusion;

public sealed class ForwardDiffusionTests
{
    private readonly ForwardDiffusion forward = new(new LinearSchedule());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Sample_AnyRank_IsEquation4(int rank)
    {
        long[] shape = [3, .. Enumerable.Repeat(4L, rank - 1)];
        using Tensor x0 = Random(shape, 1), noise = Random(shape, 2);
        long[] t = [0, 499, 999];

        using Tensor xt = forward.Sample(x0, t, noise);

        for (int i = 0; i < 3; i++)
        {
            double alphaBar = forward.Coefficients.AlphaBars[(int)t[i]];
            using Tensor expected = x0[i] * Math.Sqrt(alphaBar) + noise[i] * Math.Sqrt(1 - alphaBar);
            xt[i].sub(expected).abs().max().item<double>().Should().BeLessThan(1e-14);
        }
    }

    [Fact]
    public void Sample_SharedTimestep_EqualsOnePerExample()
    {
        using Tensor x0 = Random([5, 2], 1).to(float32), noise = Random([5, 2], 2).to(float32);
        using Tensor shared = forward.Sample(x0, 321, noise), each = forward.Sample(x0, new long[] { 321, 321, 321, 321, 321 }, noise);
        using Tensor index = full(5, 321L, int64);
        using Tensor tensor = forward.Sample(x0, index, noise);

        shared.Equals(each).Should().BeTrue();
        shared.Equals(tensor).Should().BeTrue();
        shared.dtype.Should().Be(float32);
    }

    [Fact]
    public void Step_Repeated_GivesTheClosedForm()
    {
        // Without noise the steps multiply x_0 by √(α_0 … α_t); the variances add up to 1 - ᾱ_t.
        using Tensor x0 = Random([2, 3], 1), zero = zeros_like(x0);
        Tensor x = x0.clone();
        double variance = 0;
        for (int t = 0; t <= 250; t++)
        {
            Tensor next = forward.Step(x, t, zero);
            x.Dispose();
            x = next;
            variance = variance * forward.Coefficients.Alphas[t] + forward.Coefficients.Betas[t];
        }

        using Tensor mean = forward.Mean(x0, 250);
        x.sub(mean).abs().max().item<double>().Should().BeLessThan(1e-13);
        forward.Variance(250).Should().BeApproximately(variance, 1e-13);
        x.Dispose();
    }

    [Theory]
    [InlineData(0, 5.87e-10)]
    [InlineData(0.25, 7.2787e-6)]
    [InlineData(1.0 / 3, 9.7047e-6)]
    [InlineData(1, 2.9113e-5)]
    public void PriorDivergence_LinearSchedule_IsAboutOneHundredThousandthOfABit(double meanSquare, double expected)
    {
        using Tensor x0 = full([2, 3, 4, 4], Math.Sqrt(meanSquare), float64);
        using Tensor divergence = forward.PriorDivergence(x0);

        divergence.shape.Should().Equal(2);
        divergence[0].item<double>().Should().BeApproximately(expected, expected * 1e-3);
    }

    [Fact]
    public void Sample_ShapesDiffer_NamesBoth()
    {
        using Tensor x0 = zeros(2, 3), noise = zeros(2, 4);
        FluentActions.Invoking(() => forward.Sample(x0, 0, noise)).Should().Throw<ArgumentException>()
            .WithMessage("noise must have the shape of*[2, 3], but has [2, 4]*");
    }

    [Fact]
    public void Sample_TimestepOutOfRange_Throws()
    {
        using Tensor x0 = zeros(2, 3), noise = zeros(2, 3);
        FluentActions.Invoking(() => forward.Sample(x0, 1000, noise)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => forward.Sample(x0, new long[] { 0, -1 }, noise)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => forward.Sample(x0, new long[] { 0, 1, 2 }, noise)).Should().Throw<ArgumentException>()
            .WithMessage("*one timestep for each of the 2 examples*but has 3*");
    }

    [Fact]
    public void Sample_IntegerTensor_Throws()
    {
        using Tensor x0 = zeros([2, 3], int64), noise = zeros(2, 3);
        FluentActions.Invoking(() => forward.Sample(x0, 0, noise)).Should().Throw<ArgumentException>()
            .WithMessage("*floating-point*Int64*");
    }

    private static Tensor Random(long[] shape, long seed)
    {
        using Tensor noise = new PerSampleNoise(seed).Draw(
            new NoiseRequest { SampleIndices = [.. Enumerable.Range(0, (int)shape[0]).Select(i => (long)i)], Step = 0, Shape = shape });
        return noise.to(float64);
    }
}
