using System.Text.Json.Nodes;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Reports;

public sealed class ReportTests
{
    [Fact]
    public void Compute_BetterAndWorseSamples_AreInOrderInEveryMeasure()
    {
        using Tensor real = randn([300, 4], generator: new Generator(1)), same = randn([300, 4], generator: new Generator(2)),
            shifted = randn([300, 4], generator: new Generator(3)) + 0.7, noise = rand([300, 4], generator: new Generator(4)) * 20 - 10;
        EvaluationReport[] reports = [.. new[] { same, shifted, noise }
            .Select(set => SampleReport.Compute("a test", real, set, "numbers"))];
        double[] Of(string name) => [.. reports.Select(report => report.Metrics.Single(metric => metric.Name == name).Value)];

        Of("frechet_distance").Should().BeInAscendingOrder();
        Of("kernel_distance").Should().BeInAscendingOrder();
        foreach (string higher in new[] { "precision", "density", "coverage" }) Of(higher).Should().BeInDescendingOrder(higher);
        reports[0].Metrics[0].Value.Should().Be(FrechetDistance.Compute(real, same));
        reports[0].Settings.Should().Contain("features", "numbers, 4").And.Contain("real", "300");
        using Tensor few = real.narrow(0, 0, 5);
        FluentActions.Invoking(() => SampleReport.Compute("a test", real, few, "numbers")).Should().Throw<ArgumentException>()
            .WithMessage("generated must have more than k = 5 rows, but has 5*");
    }

    [Fact]
    public void Report_AsTableAndJson_SaysTheSame()
    {
        var report = new EvaluationReport("Samples of a test",
            System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("real", "5"),
            [new Metric("frechet_distance", 3.14159, null, "lower is better"), new Metric("bits", 1e-9, 0.25),
            new Metric("odd", double.NaN)]);
        report.ToTable().Split('\n')
            .Should().Equal("Samples of a test", "real 5", "frechet_distance    3.1416           lower is better",
            "bits              1.000e-9 ± 0.2500", "odd                    NaN", "");
        JsonNode json = JsonNode.Parse(report.ToJson())!;
        ((double)json["metrics"]!["frechet_distance"]!["value"]!).Should().Be(3.14159);
        ((double)json["metrics"]!["bits"]!["uncertainty"]!).Should().Be(0.25);
        ((string)json["metrics"]!["odd"]!["value"]!).Should().Be("NaN");
        ((string)json["settings"]!["real"]!).Should().Be("5");
    }

    [Fact]
    public void Report_OfABound_HasItsTotalsAndIsSavedWhole()
    {
        var process = new ReverseDiffusion(new LinearSchedule(20, 1e-3, 0.4));
        using Tensor x0 = rand([6, 1, 2, 2], generator: new Generator(1)) * 2 - 1;
        BoundReport bound = new VariationalBound(new Nothing(), process).Evaluate(x0, new PerSampleNoise(1));
        EvaluationReport report = EvaluationReport.Of("A bound", bound);
        report.Metrics[0].Should()
            .Be(new Metric("bits_per_dim", bound.Total.Mean, bound.Total.StandardError, "bits/dim, ± standard error; an upper bound"));
        (report.Metrics[2].Value + report.Metrics[3].Value).Should().BeApproximately(bound.Total.Mean, 1e-9);
        string path = Path.GetTempFileName();
        report.SaveJson(path);
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        json["title"]!.ToString().Should().Be("A bound");
        JsonArray curve = json["series"]!["rate_distortion"]!["rows"]!.AsArray(), terms = json["series"]!["terms"]!["rows"]!.AsArray();
        curve.Select(row => (double)row![1]!).Should().Equal(bound.RateDistortion.Select(point => point.Rate.Mean));
        curve.Select(row => (double)row![2]!).Should().Equal(bound.RateDistortion.Select(point => point.Rmse.Mean));
        terms.Select(row => (double)row![1]!).Should().Equal(bound.Terms.Select(term => term.Mean));
        string[] table = report.ToTable().Split('\n');
        int heading = Array.IndexOf(table, "rate_distortion, 11 of 20 rows");
        heading.Should().BePositive();
        table[heading + 2].Trim().Should().StartWith("1 ");
        table[heading + 12].Trim().Should().StartWith("20 ");
        File.Delete(path);
    }

    private sealed class Nothing : IEpsilonModel
    {
        public Tensor Predict(Tensor xt, Tensor t) => zeros_like(xt);
    }
}
