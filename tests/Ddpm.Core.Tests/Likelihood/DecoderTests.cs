using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Likelihood;

public sealed class DecoderTests
{
    private static readonly JsonElement File = Golden.Load("03_discretized_gaussian.json");

    [Fact]
    public void Discretized_PublishedCases_GiveTheirLogLikelihood()
    {
        double[][] rows = [.. File.GetProperty("log_likelihood").EnumerateArray().Select(Golden.Numbers)];
        using var scope = NewDisposeScope();
        Tensor x = Column(rows, 0), mean = Column(rows, 1), logVariance = 2 * Column(rows, 2);

        // A probability p is the difference of two values of Φ near each other or near 1: each carries a rounding of ε = 2⁻⁵², here and in
        // the reference,
        // which the difference keeps and the logarithm divides by p. How tanh rounds is the processor's affair. At the floor nothing is
        // left of them.
        const double Epsilon = 2.220446049250313e-16, Roundings = 4 * Epsilon, Floor = 1e-12;
        double[] exact = Decoder.Discretized.LogLikelihood(x, mean, logVariance).Values();
        for (int i = 0; i < rows.Length; i++)
        {
            double expected = rows[i][3], p = Math.Exp(expected), conditioning = p > Floor * (1 + 1e-9) ? Roundings / p : 0;
            exact[i].Should().BeApproximately(expected, 1e-12 * (1 + Math.Abs(expected)) + conditioning, "row {0}", i);
        }

        // float32 arguments, as near to the float64 column as the reference's float32 is meant to be; its own differs by up to 3e-3 in the
        // tails.
        double[] single = Decoder.Discretized.LogLikelihood(x.to(float32), mean.to(float32), logVariance.to(float32)).Values();
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i][3] > -20) single[i].Should().BeApproximately(rows[i][3], 2e-3, "row {0}", i);
        }
    }

    [Fact]
    public void ApproximateCdf_AndExact_AreThePublishedOnes()
    {
        double[][] rows = [.. File.GetProperty("cdf").EnumerateArray().Select(Golden.Numbers)];
        using var scope = NewDisposeScope();

        // Near -1, tanh is right to its last place, 2⁻⁵³, of which the sum with 1 keeps all and ½ a half: here and in the reference.
        double[] approximate = DiscretizedGaussianDecoder.ApproximateCdf(Column(rows, 0)).Values();
        approximate.ShouldBeClose([.. rows.Select(row => row[1])], 1e-12, 1.12e-16, "approximate");
        ExactDiscretizedGaussianDecoder.LogCdf(Column(rows, 0)).exp().Values()
            .ShouldBeClose([.. rows.Select(row => row[2])], 1e-12, 1e-15, "exact");
        // The reference's 6.1e-16 at -8 has lost its digits in 1 + erf; this is the tabulated value.
        using Tensor far = tensor(new[] { -8.0, -12.0, -12.000001, -38.0 });
        ExactDiscretizedGaussianDecoder.LogCdf(far).Values()
            .ShouldBeClose([Math.Log(6.22096057427178e-16), Math.Log(1.77648211207768e-33), Math.Log(1.77648211207768e-33) - 12.0826e-6,
            -726.5572164], 1e-9, 0, "tails");
    }

    [Fact]
    public void Discretized_All256Pixels_SumToThePublishedTotals()
    {
        using var scope = NewDisposeScope();
        foreach (JsonElement row in File.GetProperty("total_probability").EnumerateArray())
        {
            double[] golden = row.Numbers();
            Total(Decoder.Discretized, golden[0], golden[1]).Should().BeApproximately(golden[2], 1e-12);
            // The exact one has no floor: exactly 1.
            Total(Decoder.DiscretizedExact, golden[0], golden[1]).Should().BeApproximately(1, 1e-12);
        }
    }

    [Fact]
    public void DiscretizedExact_NarrowAndFar_StaysFiniteWithGradients()
    {
        using var scope = NewDisposeScope();
        // A pixel 60 standard deviations away: ln Φ(b) - …, by the asymptotic expansion of the tail about -b²/2 - ln(b √(2π)).
        Tensor x = zeros(1, float64), mean = full(1, 0.5, float64).requires_grad_(),
            logVariance = full(1, 2 * Math.Log(0.008), float64).requires_grad_();
        Tensor value = Decoder.DiscretizedExact.LogLikelihood(x, mean, logVariance);
        double near = (0.5 - 1.0 / 255) / 0.008;

        value.item<double>().Should().BeApproximately(-near * near / 2 - Math.Log(near * Math.Sqrt(2 * Math.PI)), 1e-3);
        Decoder.Discretized.LogLikelihood(x, mean, logVariance).item<double>()
            .Should().BeApproximately(Math.Log(1e-12), 1e-9, "the paper's floor");
        value.sum().backward();
        // d/dmean of -(near)²/2 is -near/σ.
        mean.grad!.item<double>().Should().BeApproximately(-near / 0.008, 0.001 * near / 0.008);
        double.IsFinite(logVariance.grad!.item<double>()).Should().BeTrue();
    }

    [Fact]
    public void Continuous_IsTheNormalDensity()
    {
        using Tensor x = tensor(new[] { 0.3, -2.0 }), mean = tensor(new[] { 0.1, 1.0 }),
            logVariance = tensor(new[] { Math.Log(0.25), 0.0 });
        using Tensor value = Decoder.Continuous.LogLikelihood(x, mean, logVariance);

        value.Values().ShouldBeClose([-0.5 * Math.Log(2 * Math.PI * 0.25) - 0.08, -0.5 * Math.Log(2 * Math.PI) - 4.5], 1e-14, 0, "density");
    }

    [Fact]
    public void GaussianDivergence_PublishedCases_GiveTheirNats()
    {
        double[][] rows = [.. File.GetProperty("normal_kl").EnumerateArray().Select(Golden.Numbers)];
        using var scope = NewDisposeScope();
        GaussianDivergence.Nats(Column(rows, 0), Column(rows, 1), Column(rows, 2), Column(rows, 3)).Values()
            .ShouldBeClose([.. rows.Select(row => row[4])], 1e-12, 1e-15, "kl");
    }

    [Fact]
    public void LogLikelihood_OtherShape_NamesBoth()
    {
        using Tensor x = zeros(2, 3), mean = zeros(2, 4), logVariance = zeros(1);
        FluentActions.Invoking(() => Decoder.Discretized.LogLikelihood(x, mean, logVariance)).Should().Throw<ArgumentException>()
            .WithMessage("mean must have the shape of x0, [2, 3], but has [2, 4]*");
    }

    private static double Total(Decoder decoder, double mean, double logScale)
    {
        using var scope = NewDisposeScope();
        Tensor pixels = arange(256, float64) / 127.5 - 1;
        return decoder.LogLikelihood(pixels, full_like(pixels, mean), tensor(2 * logScale, float64)).exp().sum().item<double>();
    }

    private static Tensor Column(double[][] rows, int column) => tensor(rows.Select(row => row[column]).ToArray());
}
