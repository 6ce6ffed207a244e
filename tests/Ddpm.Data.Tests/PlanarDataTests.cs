using static TorchSharp.torch;

namespace Ddpm.Data.Tests;

public sealed class PlanarDataTests
{
    public static TheoryData<string> Names => new(PlanarData.All.Select(set => set.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Draw_EverySet_IsCentredAndOfAboutUnitSize(string name)
    {
        using Tensor points = PlanarData.Of(name).Draw(4000, 1);
        points.shape.Should().Equal(4000, 2);
        points.dtype.Should().Be(float32);
        using Tensor mean = points.mean([0]).abs(), largest = points.abs().max();
        mean.max().item<float>().Should().BeLessThan(0.2f);
        largest.item<float>().Should().BeInRange(0.75f, 1.4f);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Draw_Seeds_DecideEveryPointByItsNumber(string name)
    {
        PlanarData set = PlanarData.Of(name);
        using Tensor few = set.Draw(10, 7), many = set.Draw(100, 7), other = set.Draw(10, 8);
        many.narrow(0, 0, 10).allclose(few, 0, 0).Should().BeTrue();
        other.allclose(few).Should().BeFalse();
    }

    [Fact]
    public void Draw_Shapes_AreWhatTheirNamesSay()
    {
        using var scope = NewDisposeScope();
        Tensor rings = PlanarData.Rings.Draw(4000, 1).norm(1) / 0.9 * 4;
        (rings - rings.round()).abs().mean().item<float>().Should().BeLessThan(0.1f, "every point lies near a radius of 1 … 4 quarters");
        rings.round().unique().output.data<float>().ToArray().Should().Equal(1, 2, 3, 4);

        Tensor board = PlanarData.Checkerboard.Draw(4000, 1) / 0.5 + 2;
        Tensor parity = board.floor().sum(1) % 2;
        parity.unique().output.shape.Should().Equal([1], "all squares with points have one colour");

        Tensor eight = PlanarData.EightGaussians.Draw(4000, 1) / 0.85;
        Tensor spokes = eight.select(1, 1).atan2(eight.select(1, 0)) / (Math.PI / 4);
        (spokes - spokes.round()).abs().mean().item<float>().Should().BeLessThan(0.1f);
        ((spokes.round() % 8 + 8) % 8).unique().output.shape.Should().Equal(8);

        Tensor grid = PlanarData.GaussianGrid.Draw(4000, 1) / 0.45;
        (grid - grid.round()).abs().mean().item<float>().Should().BeLessThan(0.08f);
        grid.round().abs().max().item<float>().Should().Be(2);
    }

    [Fact]
    public void Of_UnknownName_NamesTheKnownOnes() =>
        FluentActions.Invoking(() => PlanarData.Of("moon")).Should().Throw<ArgumentException>()
            .WithMessage("name must be one of moons, rings, spirals, pinwheel, checkerboard, eight-gaussians, gaussian-grid, swiss-roll, "
                + "but is moon.*");

    [Fact]
    public void Draw_NoPoints_Throws() =>
        FluentActions.Invoking(() => PlanarData.Moons.Draw(0, 1)).Should().Throw<ArgumentOutOfRangeException>();
}
