using System.Collections.Immutable;
using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate copies</c>: how near samples lie to the training images.</summary>
internal static class CopiesCommand
{
    // Columns of the plot, and how wide a small picture is to be in it.
    private const int Columns = 16, Width = 56;

    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "copies",
        "Does the model copy? The distance of samples to their nearest training image, beside that of held-out images.",
        "ddpm evaluate copies pictures/train samples --features pixels --size 8 --grayscale --test pictures/test --plot pairs.png",
        read => new CopiesOptions(read),
        (options, screen, ranks, stop) =>
        {
            bool pixels = options.Measures.Features.IsPixels;
            if (options.Plot is not null && !pixels)
            {
                throw new UsageException($"--plot goes with --features pixels, but --features is {options.Measures.Features.Network}.");
            }

            OutputPath.RequirePlot("--plot", options.Plot);
            ranks.OnFirstRank(() => OutputPath.RequireFile("--plot", options.Plot));
            using var measurement = new Measurement(options.Measures, screen, ranks);
            using Tensor training = measurement.AllFeatures("training", options.Training, options.Flip, stop);
            using Tensor? held = options.Test is { } path ? measurement.Features("test", path, stop) : null;
            using Tensor drawn = measurement.Features("samples", options.Samples, stop);
            IReadOnlyList<(long Index, double Distance)> nearest = NearestNeighbours.Find(drawn, training, stop);
            double[]? unseen = held is null ? null : Distances(NearestNeighbours.Find(held, training, stop));
            string unit = pixels ? "root mean square of pixels, 0 … 255" : "Euclidean distance of features";
            measurement.Report("Copies of training images", Metrics(Distances(nearest), unseen, unit));
            if (options.Plot is not { } file) return true;
            measurement.Write(() => Plot(file, Math.Min(options.Pairs, nearest.Count), drawn, training, nearest, measurement.PixelShape!));
            screen.Line($"The samples nearest to a training image, each with it at its right, are in {file}");
            return true;

            // Pixels are in [-1, 1].
            double[] Distances(IReadOnlyList<(long Index, double Distance)> found) =>
                [.. found.Select(one => pixels ? one.Distance * 127.5 / Math.Sqrt(training.size(1)) : one.Distance)];
        });

    private static ImmutableArray<Metric> Metrics(double[] samples, double[]? unseen, string unit)
    {
        DataCopyingResult result = DataCopying.Compare(unseen ?? samples, samples);
        ImmutableArray<Metric> alone =
        [
            new("nearest_distance", result.SampleDistance, null, $"median over samples; {unit}"),
            new("nearest_distance_least", samples.Min(), null, "of the sample nearest to a training image"),
        ];
        if (unseen is null) return alone;
        return
        [
            .. alone,
            new("nearest_distance_test", result.HeldOutDistance, null, "median over --test"),
            new("nearer_than_test", result.NearerProbability, null, "0.5 as held-out images, 1 for copies"),
            new("copying_z", result.ZScore, null, "in standard deviations of chance; below -3 the model copies"),
        ];
    }

    private static void Plot(
        string file, int count, Tensor drawn, Tensor training, IReadOnlyList<(long Index, double Distance)> nearest,
        IReadOnlyList<long> shape)
    {
        using var scope = NewDisposeScope();
        IEnumerable<(long Index, int Sample)> suspects = nearest
            .Select((found, sample) => (found.Index, found.Distance, Sample: sample))
            .OrderBy(pair => pair.Distance)
            .Take(count)
            .Select(pair => (pair.Index, pair.Sample));
        Tensor[] pairs = [.. suspects.SelectMany(pair => new[] { drawn[pair.Sample], training[pair.Index] })];
        int columns = Math.Min(2 * count, Columns);
        LabelledGrid.Save(file, PixelConversion.ToBytes(stack(pairs).reshape([-1, .. shape])), new LabelledGridOptions
        {
            Columns = columns,
            ColumnTitles = [.. Enumerable.Range(0, columns).Select(column => column % 2 == 0 ? "sample" : "nearest")],
            Scale = (int)Math.Max(1, Math.Round((double)Width / Math.Max(shape[1], shape[2]))),
        });
    }
}
