using System.Collections.Immutable;
using Ddpm.Experiments;

namespace Ddpm.Views.Tests;

public sealed class AutoregressiveViewTests
{
    [Theory]
    [InlineData(25)]
    [InlineData(100)]
    public void Normal_AnyLength_IsEquation5AndTheClosedForm(int timesteps)
    {
        ImmutableSortedDictionary<string, Measured> row = AutoregressiveView.Normal(timesteps).Value;

        double closed = row[AutoregressiveView.Closed].Value;
        row[AutoregressiveView.Sum].Value.Should().BeApproximately(closed, 1e-10);
        row[AutoregressiveView.Equation5].Value.Should().BeApproximately(closed, 1e-10);
        row[AutoregressiveView.Entropy].Value.Should().BeApproximately(0.5 * Math.Log2(2 * Math.PI * Math.E * 0.36), 1e-12);
        (row[AutoregressiveView.Prior].Value + row[AutoregressiveView.Steps].Value + row[AutoregressiveView.Entropy].Value)
            .Should().BeApproximately(closed, 1e-10);
    }

    [Fact]
    public void Normal_LongerProcess_HasLessToPay()
    {
        double Paid(int timesteps) => AutoregressiveView.Normal(timesteps).Value[AutoregressiveView.Steps].Value;
        double[] paid = [Paid(50), Paid(100), Paid(200)];

        (paid[0] / paid[1]).Should().BeApproximately(2, 0.2, "the divergences fall as 1/T");
        (paid[1] / paid[2]).Should().BeApproximately(2, 0.2);
    }

    [Fact]
    public void Digits_LearnedByHeart_CostTheirEntropyAndMore()
    {
        ImmutableSortedDictionary<string, Measured> row = AutoregressiveView.Digits(1, 25, 16, default).Value;

        row[AutoregressiveView.Entropy].Value.Should().BeApproximately(Math.Log2(1797) / 64, 1e-12, "no digit stands twice");
        Measured sixteen = row[AutoregressiveView.Sum], five = row[AutoregressiveView.Equation5];
        sixteen.Value.Should().BeApproximately(five.Value, 4 * (sixteen.Error!.Value + five.Error!.Value));
        sixteen.Value.Should().BeGreaterThan(row[AutoregressiveView.Entropy].Value);
    }
}
