using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Images;
using Ddpm.Cli.Output;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary>
/// Measures sets of images: their features, the settings under which a number holds, and the report. Dispose it to free the network.
/// </summary>
internal sealed class Measurement : IDisposable
{
    private readonly MeasureOptions options;
    private readonly Screen screen;
    private readonly ICommunicator ranks;
    private readonly IFeatureExtractor extractor;
    private ImmutableSortedDictionary<string, string> settings = ImmutableSortedDictionary<string, string>.Empty;
    private readonly JsonObject folders = [];
    private IReadOnlyList<long>? shape;

    // The images of the set before: without --count a model draws as many.
    private int? lastCount;
    private string? shapeOf;

    public Measurement(MeasureOptions options, Screen screen, ICommunicator ranks)
    {
        this.options = options;
        this.screen = screen;
        this.ranks = ranks;
        extractor = options.Features.Open(Communicators.Device(options.Sampling.Device, ranks, options.Sampling.Gpu.TensorFloat32));
        Note("features", options.Features.Description);
    }

    /// <summary>Gets the shape of the images whose pixels are compared, [C, H, W]; null before the first set, and with a network.</summary>
    public IReadOnlyList<long>? PixelShape => shape;

    /// <summary>Shows the warnings of measures.</summary>
    public ScreenLog Log => new(screen);

    public void Note(string name, string value) => settings = settings.SetItem(name, value);

    public void Note(string name, long value) => Note(name, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Gives mean and covariance of the features of a set; a .npz file may hold them.</summary>
    /// <param name="role">What the set is to the measure.</param>
    /// <param name="path">The path of images, of a model folder, or of a .npz file.</param>
    /// <param name="maxFeatures">The most features that a .npz file may state.</param>
    /// <param name="stop">Ends the reading.</param>
    public FeatureStatistics Statistics(string role, string path, int maxFeatures, CancellationToken stop)
    {
        if (ImageData.IsNumPy(path) && !File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        if (ImageData.IsNumPy(path) && NpzFile.HasStatistics(path))
        {
            Note(role, path);
            return StatisticsFile.Load(path, maxFeatures);
        }

        return Of(
            role, path, 2, options.Count, batches => FeatureExtraction.Statistics(extractor, batches, ranks, null, stop), stop);
    }

    /// <summary>Gives the features of each image of a set, [N, D].</summary>
    public Tensor Features(string role, string path, CancellationToken stop, int least = 1) =>
        Of(role, path, least, options.Count, batches => FeatureExtraction.Features(extractor, batches, ranks, null, stop), stop);

    /// <summary>Gives the features of every image of a set, whatever --count says; a model does not draw as many.</summary>
    /// <param name="role">What the set is to the measure.</param>
    /// <param name="path">The path of images, or of a model folder.</param>
    /// <param name="flip">Whether each image's mirror image follows its batch.</param>
    /// <param name="stop">Ends the reading.</param>
    public Tensor AllFeatures(string role, string path, bool flip, CancellationToken stop)
    {
        Tensor all = Of(
            role, path, 1, null,
            batches => FeatureExtraction.Features(extractor, flip ? Mirrored(batches) : batches, ranks, null, stop), stop);
        if (flip) Note($"{role}-mirrored", "true");
        lastCount = null;
        return all;
    }

    /// <summary>Writes a file once, however many processes there are.</summary>
    public void Write(Action write) => ranks.OnFirstRank(write);

    /// <summary>Shows the numbers, and under which settings they hold.</summary>
    public void Report(string title, ImmutableArray<Metric> metrics) =>
        Show(screen, new EvaluationReport(title, settings, metrics), folders);

    public void Dispose() => (extractor as IDisposable)?.Dispose();

    /// <summary>Shows a report as table or JSON.</summary>
    /// <param name="screen">Receives it.</param>
    /// <param name="report">The numbers, and under which settings they hold.</param>
    /// <param name="folders">What is said of the folders of images that were read, by what they are to the measure.</param>
    public static void Show(Screen screen, EvaluationReport report, JsonObject folders)
    {
        static string Number(double value) =>
            value.ToString(Math.Abs(value) is >= 1e-3 and < 1e6 or 0 ? "F4" : "0.000e+0", CultureInfo.InvariantCulture);
        static string Uncertainty(Metric metric) => metric.Uncertainty is { } uncertainty ? $"± {Number(uncertainty)}" : "";
        screen.Table(report.Title, 4, report.Metrics.Select(metric =>
            (string[])[metric.Name, Number(metric.Value), Uncertainty(metric), metric.Note]));
        if (!screen.IsJson) screen.Line(string.Join(", ", report.Settings.Select(pair => $"{pair.Key} {pair.Value}")));
        JsonObject json = JsonNode.Parse(report.ToJson())!.AsObject();
        json["settings"] = SettingsJson.Of(report.Settings);
        json["data"] = folders;
        screen.Json(json);
    }

    private T Of<T>(
        string role, string path, int least, int? count, Func<IEnumerable<Tensor>, T> measure, CancellationToken stop)
    {
        // Pictures that are compared with images of one channel are read as such.
        bool gray = options.Features.IsPixels && shape is [1, ..] && Directory.Exists(path);
        using ImageSet set = ImageSet.Open(path, options, gray, count, lastCount, ranks, stop);
        FolderReport.LeftOut(screen, set.Folder);
        if (options.Features.IsPixels) RequireShape(path, set.Shape);
        if (set.Count < least)
        {
            throw new InvalidDataException($"{path} must have at least {Amount.Of(least, "image")}, but has {set.Count}.");
        }

        if (set.Warning is not null) screen.Warn($"{path}: {set.Warning}");
        lastCount = set.Count;
        Note(role, path);
        Note($"{role}-images", set.Count);
        foreach ((string name, string value) in set.Settings) Note($"{role}-{name}", value);
        string what = ImageSet.IsModel(path) ? "Sampling" : $"Reading {Path.GetFileName(Path.TrimEndingDirectorySeparator(path))}";
        T measured = screen.Track(what, bar => measure(set.Batches(bar, stop)));
        FolderReport.Read(screen, set.Folder);
        if (FolderReport.Json(set.Folder) is { } json) folders[role] = json;
        return measured;
    }

    private static IEnumerable<Tensor> Mirrored(IEnumerable<Tensor> batches)
    {
        foreach (Tensor batch in batches)
        {
            Tensor mirrored = batch.flip(3).DetachFromDisposeScope();
            yield return batch;
            yield return mirrored;
        }
    }

    // Pixels are compared one by one.
    private void RequireShape(string path, IReadOnlyList<long> found)
    {
        if (shape is not null && !shape.SequenceEqual(found))
        {
            string hint = shape.Skip(1).SequenceEqual(found.Skip(1))
                ? "--grayscale reads folders in shades of gray"
                : "--size brings those of folders to one size";
            string shapes = $"{shapeOf} has [{string.Join(", ", shape)}] and {path} [{string.Join(", ", found)}]";
            throw new UsageException($"Pixels can only be compared of images of one shape, but {shapes}; {hint}.");
        }

        shape = found;
        shapeOf = path;
    }
}
