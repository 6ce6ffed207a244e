using System.Globalization;
using System.Text;
using Ddpm.Core;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>What every experiment is given: choices, budget, a place to write, someone to tell.</summary>
internal sealed class Experiment(ExperimentOptions options, TextWriter console, CancellationToken stop)
{
    public Budget Budget { get; } = options.Quick ? Budget.Quick : Budget.Full;

    public long Seed => options.Seed;

    public string ModelFolder => options.Model.FullName;

    public CancellationToken Stop => stop;

    /// <summary>The data, whole pictures or halved ones.</summary>
    public FashionMnist Data(bool halved) => FashionMnist.Load(options.Data.FullName, halved, Budget.TrainImages, Budget.TestImages);

    /// <summary>A file or folder of the output.</summary>
    public string Out(params string[] parts)
    {
        string path = Path.Combine([options.Output.FullName, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public void Tell(FormattableString text) => console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>The results of an experiment so far. Those of another budget or seed are refused.</summary>
    public ResultStore Results(string name) => new(Out($"{name}.json"), FormattableString.Invariant($"seed {Seed}, {Budget}"));

    /// <summary>The layout of all grids: pictures twice as large, close together.</summary>
    public static LabelledGridOptions Grid { get; } = new() { Scale = 2, Padding = 2, FontSize = 12 };

    /// <summary>Writes pictures as one.</summary>
    /// <param name="images">uint8 [N, 1, H, W], row by row.</param>
    /// <param name="options">Titles and columns, from <see cref="Grid"/>.</param>
    /// <param name="path">The file's parts, below the output.</param>
    public void SaveGrid(Tensor images, LabelledGridOptions options, params string[] path) =>
        LabelledGrid.Save(Out(path), images, options);

    /// <summary>Writes a table beside the results and shows it.</summary>
    public void Publish(string name, string table)
    {
        AtomicFile.Write(Out($"{name}.md"), stream => stream.Write(Encoding.UTF8.GetBytes(table)));
        console.WriteLine();
        console.WriteLine(table);
    }
}
