using System.Text.Json;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Frechet;

public sealed class FrechetDistanceTests
{
    [Fact]
    public void Compute_GoldenSets_GiveTheReferenceDistances()
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Goldens", "06_fid.json")));
        JsonElement[] cases = [.. document.RootElement.GetProperty("cases").EnumerateArray()];
        cases.Should().HaveCountGreaterThan(5);
        foreach (JsonElement entry in cases)
        {
            using Tensor real = Features(entry, "real"), fake = Features(entry, "fake");
            double expected = entry.GetProperty("fid_eigen_symmetric").GetDouble();
            bool full = Math.Min(real.size(0), fake.size(0)) > real.size(1);
            FrechetDistance.Compute(real, fake)
                .Should().BeApproximately(expected, full ? 1e-9 * expected
                : 1e-6, entry.GetProperty("real").GetString() + " / " + entry.GetProperty("fake").GetString());
            using FeatureStatistics statistics = FeatureStatistics.Of(real);
            statistics.Mean.narrow(0, 0, 2).data<double>().ToArray()
                .Should().Equal(entry.GetProperty("mean_real_first4").EnumerateArray().Take(2).Select(value => value.GetDouble()),
                (a, b) => Math.Abs(a - b) < 1e-12);
            statistics.Covariance.trace().item<double>().Should().BeApproximately(entry.GetProperty("trace_cov_real").GetDouble(), 1e-10);
        }
    }

    [Fact]
    public void Compute_NormalDistributions_IsTheClosedForm()
    {
        // |(3, 4)|² + (1 - 3)² + (2 - 1)².
        using FeatureStatistics a = new(zeros(2), diag(tensor(new[] { 1.0, 4.0 }))),
            b = new(tensor(new[] { 3.0, 4.0 }), diag(tensor(new[] { 9.0, 1.0 })));
        FrechetDistance.Compute(a, b).Should().BeApproximately(30, 1e-12);
        FrechetDistance.Compute(b, a).Should().BeApproximately(30, 1e-12);
    }

    [Theory]
    [InlineData(400, 8)]
    [InlineData(20, 64)] // fewer samples than features
    public void Compute_EqualSets_IsZeroAndTurnedOnesAreToo(int count, int features)
    {
        using Tensor set = randn([count, features], float64, generator: new Generator(1)) * linspace(0.01, 30, features, float64) + 5;
        using Tensor shuffled = set.index_select(0, randperm(count, generator: new Generator(2)));
        FrechetDistance.Compute(set, set).Should().BeApproximately(0, 1e-9);
        FrechetDistance.Compute(set, shuffled).Should().BeApproximately(0, 1e-9);
        // Moved by a vector: its squared length, whatever the covariance.
        using Tensor moved = set + 2;
        FrechetDistance.Compute(set, moved).Should().BeApproximately(4 * features, 1e-8);
        // A rotation of both sets changes nothing.
        using Tensor other = randn([count, features], float64, generator: new Generator(3));
        (Tensor rotation, _) = linalg.qr(randn([features, features], float64, generator: new Generator(4)));
        double distance = FrechetDistance.Compute(set, other);
        FrechetDistance.Compute(set.mm(rotation), other.mm(rotation)).Should().BeApproximately(distance, 1e-9 * distance);
    }

    [Theory]
    [InlineData(2)] // each feature twice
    [InlineData(1)] // the same and a constant one
    public void Compute_FeaturesThatDependOnOthers_IsThatOfTheOthersCountedTwice(int copies)
    {
        using Tensor set = randn([200, 5], float64, generator: new Generator(1));
        using Tensor other = randn([300, 5], float64, generator: new Generator(2)).mul(1.5);
        double distance = FrechetDistance.Compute(set, other);
        Tensor Joined(Tensor x) => cat([x, copies == 2 ? x : full([x.size(0), 1], 3.0, float64)], 1);
        FrechetDistance.Compute(Joined(set), Joined(other)).Should().BeApproximately(copies * distance, 1e-10);
        // The root of a rounding error is 1e-8; one set alone may be singular.
        using Tensor free = randn([300, copies == 2 ? 10 : 6], float64, generator: new Generator(3));
        using FeatureStatistics singular = FeatureStatistics.Of(Joined(set)), regular = FeatureStatistics.Of(free);
        double traces = singular.Covariance.trace().item<double>() + regular.Covariance.trace().item<double>();
        double expected = (singular.Mean - regular.Mean).square().sum().item<double>()
            + traces - 2 * TraceOfRoot(singular.Covariance, regular.Covariance);
        FrechetDistance.Compute(singular, regular).Should().BeApproximately(expected, 1e-10);
        FrechetDistance.Compute(regular, singular).Should().BeApproximately(expected, 1e-10);
    }

    [Theory]
    [InlineData(0)] // all variances alike: eigenvalues
    [InlineData(5)] // from 1 to 1e-5: singular values, as the roots of small eigenvalues could lose digits
    public void Compute_CovariancesThatCommute_IsTheClosedForm(double decades)
    {
        // More features than a block has, in a basis that no factor has.
        const int Features = 300;
        Tensor spread = pow(10, linspace(0, -decades, Features, float64));
        (Tensor basis, _) = linalg.qr(randn([Features, Features], float64, generator: new Generator(1)));
        Tensor other = spread * (rand([Features], float64, generator: new Generator(2)) + 0.5), mean = zeros([Features], float64);
        Tensor Covariance(Tensor variances) => (basis * variances).mm(basis.t());
        using FeatureStatistics a = new(mean, Covariance(spread)), b = new(mean, Covariance(other));
        double expected = (spread.sqrt() - other.sqrt()).square().sum().item<double>();
        FrechetDistance.Compute(a, b).Should().BeApproximately(expected, 1e-11 * expected);
        FrechetDistance.Compute(b, a).Should().BeApproximately(expected, 1e-11 * expected);
    }

    [Fact]
    public void Compute_ConstantFeatures_IsTheSquaredDistanceOfTheConstants()
    {
        using Tensor first = full([10, 4], 1.0, float64), second = full([12, 4], 3.0, float64);
        FrechetDistance.Compute(first, second).Should().Be(16);
    }

    // Tr (Σ_1^½ Σ_2 Σ_1^½)^½, by the rank of the singular one.
    private static double TraceOfRoot(Tensor singular, Tensor regular)
    {
        (Tensor values, Tensor vectors) = linalg.eigh(singular);
        long rank = (values > 1e-9).sum().item<long>(), first = values.size(0) - rank;
        Tensor factor = vectors.narrow(1, first, rank) * values.narrow(0, first, rank).sqrt();
        return linalg.eigvalsh(factor.t().mm(regular).mm(factor)).sqrt().sum().item<double>();
    }

    [Theory]
    [InlineData(6)]
    [InlineData(256)]
    [InlineData(600)] // more blocks than one, and not all whole
    public void Accumulator_AnySplitAndMerge_GivesTheStatisticsOfTheWhole(int features)
    {
        // A mean that is large against the spread: sums of squares would lose ten digits.
        using Tensor set = randn([500, features], float64, generator: new Generator(1)) + 1e5;
        using FeatureStatistics whole = FeatureStatistics.Of(set);
        using (Tensor exact = set.t().cov()) whole.Covariance.sub(exact).abs().max().item<double>().Should().BeLessThan(1e-9);
        foreach (int batch in new[] { 1, 7, 250 })
        {
            using FeatureAccumulator first = new(features), second = new(features);
            Tensor[] parts = set.split(batch);
            for (int i = 0; i < parts.Length; i++) (i % 3 == 0 ? first : second).Add(parts[i]);
            first.Merge(second);
            using FeatureStatistics joined = first.Statistics();
            joined.Count.Should().Be(500);
            joined.Mean.sub(whole.Mean).abs().max().item<double>().Should().BeLessThan(1e-9);
            joined.Covariance.sub(whole.Covariance).abs().max().item<double>().Should().BeLessThan(1e-10);
        }
    }

    [Fact]
    public void Accumulator_MoreSamplesThanAreAddedTogether_GivesTheExactStatistics()
    {
        using Tensor set = randn([2500, 9], float32, generator: new Generator(1)), doubles = set.to(float64);
        using var accumulator = new FeatureAccumulator(9);
        foreach (Tensor part in set.split(2100)) accumulator.Add(part);
        accumulator.Count.Should().Be(2500);
        using FeatureStatistics statistics = accumulator.Statistics(), again = accumulator.Statistics();
        statistics.Mean.sub(doubles.mean([0])).abs().max().item<double>().Should().BeLessThan(1e-14);
        statistics.Covariance.sub(doubles.t().cov()).abs().max().item<double>().Should().BeLessThan(1e-13);
        again.Covariance.Equals(statistics.Covariance).Should().BeTrue("reading changes nothing");
    }

    [Fact]
    public void Compute_BadInput_NamesIt()
    {
        using Tensor one = zeros(1, 3), holes = full([4, 3], float.NaN), flat = zeros(3), wide = randn(4, 5), fine = randn(4, 3);
        FluentActions.Invoking(() => FrechetDistance.Compute(one, fine)).Should().Throw<InvalidOperationException>()
            .WithMessage("*at least 2 samples, but there is 1*");
        FluentActions.Invoking(() => FrechetDistance.Compute(fine, holes)).Should().Throw<ArgumentException>()
            .WithMessage("features must be finite*");
        FluentActions.Invoking(() => FrechetDistance.Compute(flat, fine)).Should().Throw<ArgumentException>()
            .WithMessage("features must have the shape [N, D], but has [3]*");
        FluentActions.Invoking(() => FrechetDistance.Compute(fine, wide)).Should().Throw<ArgumentException>()
            .WithMessage("second must be of 3 features as first, but is of 5*");
        using Tensor lopsided = tensor(new[] { 1.0, 2, 0, 1 }).reshape(2, 2), mean = zeros([2], float64);
        FluentActions.Invoking(() => new FeatureStatistics(mean, lopsided)).Should().Throw<ArgumentException>()
            .WithMessage("covariance must be symmetric*");
        using FeatureAccumulator accumulator = new(3), other = new(4);
        FluentActions.Invoking(() => accumulator.Add(wide)).Should().Throw<ArgumentException>()
            .WithMessage("features must have the shape [N, 3], but has [4, 5]*");
        FluentActions.Invoking(() => accumulator.Merge(other)).Should().Throw<ArgumentException>()
            .WithMessage("other must be of 3 features, but is of 4*");
        accumulator.Count.Should().Be(0);
    }

    [Theory]
    [InlineData(5, 7, true)]
    [InlineData(6, 7, false)]
    public void Compute_NoMoreSamplesThanFeatures_IsLogged(int samples, int others, bool warned)
    {
        using Tensor x = randn([samples, 5], generator: new Generator(1)), y = randn([others, 5], generator: new Generator(2));
        var log = new ListLogger();
        FrechetDistance.Compute(x, y, log);
        log.Lines.Should().HaveCount(warned ? 1 : 0);
        if (warned) log.Lines[0].Should().Contain("5 samples of 5 features");
    }

    // X = scale (N @ (I + 0.3 U)) + shift U.
    private static Tensor Features(JsonElement entry, string which)
    {
        using var scope = NewDisposeScope();
        string tag = entry.GetProperty("tag_" + which).GetString()!;
        long count = entry.GetProperty("n_" + which).GetInt64(), dimensions = entry.GetProperty("d").GetInt64();
        Tensor mix = eye(dimensions, dtype: float64) + 0.3 * GoldenRandom.Fill(GoldenRandom.Uniform, tag + "_mix", dimensions, dimensions);
        Tensor features = GoldenRandom.Fill(GoldenRandom.Normal, tag + "_z", count, dimensions)
            .mm(mix) * entry.GetProperty("scale_" + which).GetDouble();
        return (features + entry.GetProperty("shift_" + which).GetDouble() * GoldenRandom.Fill(
            GoldenRandom.Uniform, tag + "_shift", dimensions)).MoveToOuterDisposeScope();
    }
}
