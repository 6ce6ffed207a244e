namespace Ddpm.Training.Tests.Gaps;

public sealed class KnownLinesTests
{
    [Theory]
    [InlineData("0 1 0 0 4 0", "1 1 2 3 4 4")]
    [InlineData("5 0 0 0 0 0", "5 5 5 5 5 5")]
    [InlineData("1 2 3 4 5 6", "1 2 3 4 5 6")]
    [InlineData("0 0 0 0 0 0", "0 0 0 0 0 0")]
    public void Draw_KnownNumbers_JoinsThem(string known, string expected)
    {
        float[] numbers = Numbers(known), mask = [.. numbers.Select(number => number > 0 ? 1f : 0)];
        float[] drawn = [.. numbers.Select(number => number > 0 ? number : 99)];
        KnownLines.Draw(drawn, mask);
        drawn.Should().Equal(Numbers(expected));
    }

    private static float[] Numbers(string text) => [.. text.Split(' ').Select(float.Parse)];
}
