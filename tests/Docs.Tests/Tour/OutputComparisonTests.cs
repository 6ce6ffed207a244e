namespace Docs.Tests.Tour;

public sealed class OutputComparisonTests
{
    [Theory]
    [InlineData("variance 0.99996", "variance 0.99995", false)] // closed forms: every digit
    [InlineData("loss 0.25", "loss 0.27", true)]
    [InlineData("loss 0.25", "loss 0.250", true)]
    [InlineData("loss 0.25", "loss -0.25", true)]
    [InlineData("RMSE 89.28", "RMSE 92.00", true)]
    [InlineData("after 20 steps", "after 21 steps", true)]
    [InlineData("t = 20: 1.00", "t = 30: 1.00", true)]
    [InlineData("rate 0.25", "distortion 0.25", true)]
    [InlineData("1.0E-5", "1.0E-4", true)]
    [InlineData("one line", "one line\nanother", true)]
    [InlineData("one\ntwo", "one", false)]
    public void Differences_OtherText_AreFound(string shown, string printed, bool isAbout) =>
        OutputComparison.Differences(shown, printed, isAbout).Should().NotBeEmpty();

    [Theory]
    [InlineData("variance 0.99996\n", "variance 0.99996", false)]
    [InlineData("loss 0.25", "loss 0.26", true)] // one unit of the last digit
    [InlineData("RMSE  89.28 of 255", "RMSE 90.50 of 255", true)] // 2 %
    [InlineData("RMSE  99.99", "RMSE 100.00", true)] // a column moves
    [InlineData("1.0E-5 bits", "1.1E-5 bits", true)]
    public void Differences_SameTextToTheTolerance_AreNone(string shown, string printed, bool isAbout) =>
        OutputComparison.Differences(shown, printed, isAbout).Should().BeEmpty();
}
