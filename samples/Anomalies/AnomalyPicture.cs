using Ddpm.Evaluation;
using Ddpm.Imaging;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Anomalies;

/// <summary>Pictures, where their defects are, and what each method makes of them: a reconstruction and a heat map.</summary>
internal static class AnomalyPicture
{
    // The heat, in squares of pixel values, that has the palest colour. Black and white are 4 apart.
    private const double Hottest = 1;

    /// <summary>Writes the picture as PNG, in one piece or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sets">The pictures: the first normal one, the first of two other classes, and one with each defect.</param>
    /// <param name="methods">The methods, side by side.</param>
    public static void Write(string path, AnomalySets sets, IReadOnlyList<Method> methods)
    {
        using var scope = NewDisposeScope();
        (string Name, Tensor Pictures)[] others = [sets.Others[^1], sets.Others[^2]];
        Tensor pictures = cat(
        [
            sets.Normal.narrow(0, 0, 1), .. others.Select(other => other.Pictures.narrow(0, 0, 1)),
            .. sets.Defects.Select((defect, k) => One(defect.Pictures, k)),
        ]);
        Tensor where = cat(
        [
            zeros_like(pictures.narrow(0, 0, 1)), ones_like(pictures.narrow(0, 0, others.Length)),
            .. sets.Defects.Select((defect, k) => One(defect.Where, k).to(float32)),
        ]);
        var columns = new List<Tensor> { Grey(pictures), Grey(where * 2 - 1) };
        var titles = new List<string> { "picture", "anomaly" };
        foreach (Method method in methods)
        {
            using AnomalyMaps maps = method.Detect(pictures, 0);
            columns.Add(Grey(maps.Reconstructions));
            columns.Add(HeatMap.Colors(maps.Heat, 0, Hottest));
            titles.AddRange([method.Name, "heat"]);
        }

        LabelledGrid.Save(path, stack([.. columns], 1).flatten(0, 1), new LabelledGridOptions
        {
            RowTitles = ["normal", .. others.Select(other => other.Name), .. sets.Defects.Select(defect => defect.Name)],
            ColumnTitles = [.. titles],
            Scale = 3,
        });
    }

    // Another garment for each defect, where there are as many.
    private static Tensor One(Tensor pictures, int number) => pictures.narrow(0, number % pictures.size(0), 1);

    private static Tensor Grey(Tensor pictures) => PixelConversion.ToBytes(pictures).repeat(1, 3, 1, 1);
}
