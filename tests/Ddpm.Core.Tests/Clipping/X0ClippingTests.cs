using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Clipping;

public sealed class X0ClippingTests
{
    [Fact]
    public void Static_ClipsToItsLimit()
    {
        using Tensor x0 = tensor(new[,] { { -3.0, 0.5, 2.0 } });
        using Tensor unit = X0Clipping.Unit.Apply(x0), two = X0Clipping.Static(2.5).Apply(x0), none = X0Clipping.None.Apply(x0);

        unit.Values().Should().Equal(-1, 0.5, 1);
        two.Values().Should().Equal(-2.5, 0.5, 2);
        none.Values().Should().Equal(-3, 0.5, 2);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Dynamic_EachExample_ByItsOwnPercentile(ScalarType type)
    {
        using var scope = NewDisposeScope();
        // Magnitudes 0, 1, 2, 3, 4 times a scale: the 75 % quantile is 3, 0.3 and 30 (linear interpolation falls on an entry).
        Tensor row = tensor(new[] { 0.0, -1, 2, -3, 4 }), x0 = stack([row, 0.1 * row, 10 * row]).to(type);
        double[] values = X0Clipping.Dynamic(0.75, maximum: 20).Apply(x0).Values();

        double tolerance = type == ScalarType.BFloat16 ? 1e-2 : 1e-6;
        values[..5].ShouldBeClose([0, -1.0 / 3, 2.0 / 3, -1, 1], 0, tolerance, "divided by s = 3");
        values[5..10].ShouldBeClose([0, -0.1, 0.2, -0.3, 0.4], 0, tolerance, "s is at least 1");
        values[10..].ShouldBeClose([0, -0.5, 1, -1, 1], 0, tolerance, "s is at most 20");
    }

    [Fact]
    public void Equals_SameRuleAndNumbers_IsTrueAndInOptionsToo()
    {
        X0Clipping.Static(1).Should().Be(X0Clipping.Unit).And.NotBe(X0Clipping.Static(2)).And.NotBe(X0Clipping.None);
        X0Clipping.Dynamic(0.9, 3)
            .Should().Be(X0Clipping.Dynamic(0.9, 3)).And.NotBe(X0Clipping.Dynamic(0.95, 3)).And.NotBe(X0Clipping.Static(3));
        new ReverseDiffusionOptions { Clipping = X0Clipping.Static(1) }.Should().Be(ReverseDiffusionOptions.Default);
        (X0Clipping.None.Limit, X0Clipping.None.Quantile).Should().Be((double.PositiveInfinity, (double?)null));
    }

    [Fact]
    public void BadInput_SaysWhat()
    {
        FluentActions.Invoking(() => X0Clipping.Static(0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("limit must be positive and finite, but is 0*");
        FluentActions.Invoking(() => X0Clipping.Dynamic(1.1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("quantile must be greater than 0 and at most 1, but is 1.1*");
        FluentActions.Invoking(() => X0Clipping.Dynamic(0.9, 0.5)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("maximum must be at least 1, but is 0.5*");
    }
}
