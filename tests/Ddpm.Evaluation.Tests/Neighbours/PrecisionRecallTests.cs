using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests;

public sealed class PrecisionRecallTests
{
    [Fact]
    public void Compute_TinyCase_IsWorkedOutByHand()
    {
        // Real 0, 1, 3 with k = 1: radii 1, 1, 2, balls [-1, 1], [0, 2], [1, 5]. Generated 2, 6, 7.5: only 2 lies in one.
        // Generated radii 4, 1.5, 1.5: balls [-2, 6], [4.5, 7.5], [6, 9]: all of 0, 1, 3 lie in the first.
        using Tensor real = tensor(new[] { 0.0, 1, 3 }).reshape(3, 1), generated = tensor(new[] { 2.0, 6, 7.5 }).reshape(3, 1);

        PrecisionRecall.Compute(real, generated, 1).Should().Be(new PrecisionRecallResult(1.0 / 3, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(512)]
    public void Compute_AnyBlockSize_EqualsTheDoubleLoop(int blockRows)
    {
        using Tensor real = randn([60, 5], generator: new Generator(1)),
            generated = randn([45, 5], generator: new Generator(2)) * 1.3 + 0.2;

        PrecisionRecallResult actual = PrecisionRecall.Compute(real, generated, 3, blockRows, default);

        double[][] a = Rows(real), b = Rows(generated);
        actual.Precision.Should().Be(Share(b, a, 3));
        actual.Recall.Should().Be(Share(a, b, 3));
        actual.Precision.Should().BeInRange(0.05, 0.98, "the case must be able to fail");
    }

    [Fact]
    public void Compute_EqualSets_AreOneAndFarSetsZero()
    {
        using Tensor set = randn([20, 3], generator: new Generator(3)), far = set + 1000;
        PrecisionRecall.Compute(set, set).Should().Be(new PrecisionRecallResult(1, 1));
        PrecisionRecall.Compute(set, far).Should().Be(new PrecisionRecallResult(0, 0));
    }

    [Fact]
    public void Compute_Duplicates_AreNeighbours()
    {
        // Four equal points have radius 0 at k = 3: a point elsewhere is not covered, and an equal one is.
        using Tensor real = zeros([4, 2], float64), generated = cat([zeros([1, 2], float64), ones([4, 2], float64)]);
        PrecisionRecall.Compute(real, generated, 3).Precision.Should().Be(0.2);
    }

    [Fact]
    public void Compute_BadInput_NamesTheArgument()
    {
        using Tensor good = randn(10, 3), narrow = randn(10, 2), few = randn(3, 3), nan = full([10, 3], float.NaN);
        FluentActions.Invoking(() => PrecisionRecall.Compute(good, narrow)).Should().Throw<ArgumentException>()
            .WithMessage("generated must have features of width 3*has 2*");
        FluentActions.Invoking(() => PrecisionRecall.Compute(few, good)).Should().Throw<ArgumentException>()
            .WithMessage("real must have more than k = 3 rows, but has 3*");
        FluentActions.Invoking(() => PrecisionRecall.Compute(good, nan)).Should().Throw<ArgumentException>()
            .WithMessage("generated must be finite*");
        FluentActions.Invoking(() => PrecisionRecall.Compute(good, good, 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Find_NearestNeighbour_IsTheClosestRow()
    {
        using Tensor references = tensor(new[] { 0.0, 0, 10, 0, 0, 3 }).reshape(3, 2),
            queries = tensor(new[] { 0.0, 2, 7, 0 }).reshape(2, 2);
        NearestNeighbours.Find(queries, references).Should().Equal((2, 1.0), (1, 3.0));
    }

    private static double[][] Rows(Tensor set) =>
        [.. Enumerable.Range(0, (int)set.size(0)).Select(i => set[i].to(float64).data<double>().ToArray())];

    private static double Share(double[][] points, double[][] centres, int k)
    {
        double[] radii = [.. centres.Select((c, i) => centres.Where((_, j) => j != i).Select(other => Distance(c, other)).Order()
            .ElementAt(k - 1))];
        return points.Count(point => centres.Select((c, i) => Distance(point, c) <= radii[i]).Any(inside => inside))
            / (double)points.Length;
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
