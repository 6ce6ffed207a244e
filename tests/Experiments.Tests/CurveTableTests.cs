using Ddpm.Plotting;

namespace Ddpm.Experiments.Tests;

/// <summary>The committed losses of Table 2's trainings can be drawn again.</summary>
public sealed class CurveTableTests
{
    [Fact]
    public void Read_NamesWithCommas_KeepEachTrainingItsRows()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path,
            [
                "row,step,loss,gradient_norm,loss_t0_49,loss_t50_99",
                "\"ε, L\",20,0.5,1,0.25,",
                "\"ε, L\",40,0.125,1,0.0625,0.5",
                "\"μ̃, L_simple\",20,3,1,2,1",
            ]);
            IReadOnlyList<CurveTable> curves = CurveTable.Read(path);
            curves.Select(curve => curve.Name).Should().Equal("ε, L", "μ̃, L_simple");
            curves[0].Losses.Points.Select(point => (point.X, point.Y)).Should().Equal((20, 0.5), (40, 0.125));
            curves[0].ByTimestep.Should().Equal(new TimestepLoss(0, 49, 0.0625), new TimestepLoss(50, 99, 0.5));
            curves[1].Losses.Points.Should().ContainSingle();
        }
        finally
        {
            File.Delete(path);
        }
    }
}
