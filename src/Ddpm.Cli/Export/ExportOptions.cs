using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;
using Ddpm.Onnx;

namespace Ddpm.Cli.Export;

/// <summary>The options of <c>ddpm export</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class ExportOptions(OptionReader read)
{
    private const string Alone = "--onnx: ";

    public string? Model { get; } = read.OptionalArgument("model", $"{Alone}the model folder to read");

    public string? Target { get; } = read.OptionalArgument("file", $"{Alone}the ONNX model to write, such as clothes.onnx");

    public bool Onnx { get; } = read.Section("A model folder to ONNX").Flag(
        "--onnx", "Write <model> as the ONNX model <file>, for ONNX Runtime and others; a page on its use and its tables lie beside it");

    public bool Overwrite { get; } = read.Section("Output").Flag("--overwrite", "Write over an existing model");

    public string? Checkpoint { get; } = read.Section("A checkpoint to a model folder").Text(
        "--checkpoint", "folder", "The checkpoint, such as ddpm-run/checkpoints/step-000010000");

    public string? Output { get; } = read.Text("--out", "folder", "The model folder to write");

    public int Average { get; } = read.Number("--average", 0, "Which of the run's moving averages, counted from 0", least: 0);

    public string? Dtype { get; } = read.Section("A model folder to ONNX").Choice(
        "--dtype",
        "Type of the stored weights, by default float32; runtimes compute in float32 in any case",
        [.. OnnxWeightTypes.Known.Select(known => known.Name)]);

    public int? Batch { get; } = read.Number("--batch-size", "Examples of each prediction, by default any number", least: 1);

    public bool AnySize { get; } = read.Flag("--any-size", "Take every height and width that the network can");

    public ModelFolderOptions Folder { get; } = new(read);

    /// <summary>Throws where options of the two ways are mixed, or one is missing.</summary>
    /// <exception cref="UsageException">The message names the first of them.</exception>
    public void Validate()
    {
        if (Onnx)
        {
            Refuse(Checkpoint is not null, "--checkpoint", "without --onnx: export the checkpoint with --out first");
            Refuse(Output is not null, "--out", "without --onnx: the file to write follows the model folder");
            Refuse(Average != 0, "--average", "without --onnx");
            if (Model is null || Target is null) throw new UsageException("ddpm export --onnx needs <model> and <file>.");
            return;
        }

        Refuse(Model is not null, $"<model> {Model}", "with --onnx");
        Refuse(Dtype is not null, "--dtype", "with --onnx; ddpm convert changes the type of a model folder");
        Refuse(Batch is not null, "--batch-size", "with --onnx");
        Refuse(AnySize, "--any-size", "with --onnx");
        Refuse(Folder.WeightPrefix is not null, "--weight-prefix", "with --onnx");
        Refuse(Folder.Variant is not null, "--variant", "with --onnx");
        Refuse(Folder.Schedule.Schedule is not null, "--schedule", "with --onnx: a checkpoint states its process");
        if (Checkpoint is null) throw new UsageException("ddpm export needs --checkpoint, or --onnx with a model folder.");
        if (Output is null) throw new UsageException("ddpm export needs --out, the model folder to write.");
    }

    private static void Refuse(bool given, string option, string use)
    {
        if (given) throw new UsageException($"{option} must be given {use}.");
    }
}
