namespace Ddpm.Evaluation.Tests.Anomalies;

public sealed class AurocTests
{
    [Theory]
    [InlineData(new[] { 0.1, 0.4 }, new[] { 0.35, 0.8 }, 0.75)] // the example of scikit-learn's roc_auc_score
    [InlineData(new[] { 1.0, 2 }, new[] { 3.0, 4, 5 }, 1)]
    [InlineData(new[] { 3.0, 4 }, new[] { 1.0 }, 0)]
    [InlineData(new[] { 1.0, 1, 1 }, new[] { 1.0, 1 }, 0.5)]
    [InlineData(new[] { 1.0, 2, 3 }, new[] { 2.0, 3 }, 4.0 / 6)] // pairs: 1 < 2, 2 = 2, 1 < 3, 2 < 3, 3 = 3
    [InlineData(new[] { 0.0 }, new[] { double.PositiveInfinity }, 1)]
    public void Compute_ByHand_IsTheShareOfPairs(double[] normal, double[] anomalous, double expected) =>
        Auroc.Compute(normal, anomalous).Should().BeApproximately(expected, 1e-15);

    [Fact]
    public void Compute_WithTies_IsTheAreaUnderTheCurveOfScikit()
    {
        var random = new Random(1);
        double[] normal = [.. Enumerable.Range(0, 300).Select(_ => (double)random.Next(20))];
        double[] anomalous = [.. Enumerable.Range(0, 170).Select(_ => (double)random.Next(5, 25))];

        Auroc.Compute(normal, anomalous).Should().BeApproximately(AreaByTrapezoids(normal, anomalous), 1e-12);
        Auroc.Compute(anomalous, normal).Should().BeApproximately(1 - AreaByTrapezoids(normal, anomalous), 1e-12);
    }

    [Fact]
    public void Compute_NormalScores_IsThatOfTheClosedForm()
    {
        // P(X < Y) of N(0, 1) and N(1, 1) is Φ(1/√2) = 0.760250; the standard error of 20,000 of each is 0.0024.
        var random = new Random(2);
        double[] Normal(double mean) => [.. Enumerable.Range(0, 20_000).Select(_ =>
            mean + Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        Auroc.Compute(Normal(0), Normal(1)).Should().BeApproximately(0.760250, 0.01);
    }

    [Fact]
    public void Compute_NoScoresOrNaN_IsRefused()
    {
        FluentActions.Invoking(() => Auroc.Compute([], [1])).Should().Throw<ArgumentException>()
            .WithMessage("normal must have at least one score, but has none*");
        FluentActions.Invoking(() => Auroc.Compute([1], [2, double.NaN])).Should().Throw<ArgumentException>()
            .WithMessage("anomalous must hold numbers, but a score is NaN*");
    }

    // roc_curve and auc: true and false positives above each threshold, joined by straight lines.
    private static double AreaByTrapezoids(double[] normal, double[] anomalous)
    {
        double area = 0, lastFalse = 0, lastTrue = 0;
        foreach (double threshold in normal.Concat(anomalous).Distinct().OrderDescending())
        {
            double falseRate = normal.Count(score => score >= threshold) / (double)normal.Length;
            double trueRate = anomalous.Count(score => score >= threshold) / (double)anomalous.Length;
            area += (falseRate - lastFalse) * (trueRate + lastTrue) / 2;
            (lastFalse, lastTrue) = (falseRate, trueRate);
        }

        return area;
    }
}
