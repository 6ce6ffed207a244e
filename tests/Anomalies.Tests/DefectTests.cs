namespace Anomalies.Tests;

public sealed class DefectTests
{
    private const int Side = 28;

    public static TheoryData<string> Names => [.. Defect.All.Select(defect => defect.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Draw_OnAGarment_ChangesWhatItSaysAndLittleElse(string name)
    {
        Defect defect = Defect.All.Single(one => one.Name == name);
        for (int picture = 0; picture < 50; picture++)
        {
            float[] intact = Garment(picture % 2 == 0 ? 0.6f : -0.1f), damaged = [.. intact];
            bool[] where = defect.Draw(damaged, Side, picture, seed: 3);

            where.Should().Equal(intact.Zip(damaged, (before, after) => Math.Abs(before - after) > 0.2f));
            where.Count(pixel => pixel).Should().BeInRange(5, 81);
            damaged.Should().OnlyContain(pixel => pixel >= -1 && pixel <= 1);
            float[] again = [.. intact];
            defect.Draw(again, Side, picture, seed: 3);
            again.Should().Equal(damaged);
        }
    }

    [Fact]
    public void Draw_OtherPictureSeedOrKind_IsAnotherDefect()
    {
        float[] Drawn(Defect defect, long picture, long seed)
        {
            float[] pixels = Garment(0.6f);
            defect.Draw(pixels, Side, picture, seed);
            return pixels;
        }

        float[] first = Drawn(Defect.All[1], 0, 1);
        Drawn(Defect.All[1], 1, 1).Should().NotEqual(first);
        Drawn(Defect.All[1], 0, 2).Should().NotEqual(first);
        Drawn(Defect.All[0], 0, 1).Should().NotEqual(first);
    }

    [Fact]
    public void Draw_OnBackground_IsRefused()
    {
        float[] empty = [.. Enumerable.Repeat(-1f, Side * Side)];
        FluentActions.Invoking(() => Defect.All[0].Draw(empty, Side, 0, 1)).Should().Throw<ArgumentException>()
            .WithMessage("pixels must show a garment, but are all background*");
        empty.Should().OnlyContain(pixel => pixel == -1);
    }

    // A square garment of one shade on background.
    private static float[] Garment(float shade) =>
        [.. Enumerable.Range(0, Side * Side).Select(i => i / Side is > 6 and < 21 && i % Side is > 6 and < 21 ? shade : -1)];
}
