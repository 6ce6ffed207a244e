using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;
using Ddpm.Cli.Output;
using Ddpm.Inference;
using Ddpm.Onnx;

namespace Ddpm.Cli.Export;

/// <summary>Writes a model folder as an ONNX model, without libtorch.</summary>
internal static class OnnxExporter
{
    public static void Execute(ExportOptions options, Screen screen)
    {
        string file = options.Target!;
        if (Directory.Exists(file)) throw new UsageException($"{file} must be a file, but is a folder.");
        // With the files that lie beside it.
        string? existing = new[] { file, $"{file}.json", $"{file}.md", $"{file}.data" }.FirstOrDefault(File.Exists);
        if (existing is not null && !options.Overwrite) throw new UsageException($"{existing} exists: give another file, or --overwrite.");
        var source = new ModelSource(options.Model!, options.Folder);
        source.RequirePrefix(source.Prefixes());
        ModelDescription description = source.Read();
        string dtype = options.Dtype ?? OnnxWeightTypes.Known[0].Name;
        OnnxExportReport report = OnnxExport.Save(file, source.Folder, new OnnxExportOptions
        {
            WeightType = OnnxWeightTypes.Known.First(known => known.Name == dtype).Type,
            BatchSize = options.Batch,
            AnySize = options.AnySize,
            WeightPrefix = source.WeightPrefix,
            Variant = options.Folder.Variant,
            Process = source.Given(description),
        });
        string numbers = report.Parameters.ToString("N0", CultureInfo.InvariantCulture);
        screen.Line($"{file}: {numbers} weights in {dtype}, {Amount.Bytes(report.Bytes)}; how to use it: {report.Files[^1]}");
        if (report.Metadata.Process is null)
        {
            screen.Warn($"{source.Folder} holds a network alone: the model does not say its process, which --schedule states.");
        }

        screen.Json(new JsonObject
        {
            ["model"] = file,
            ["dtype"] = dtype,
            ["bytes"] = report.Bytes,
            ["parameters"] = report.Parameters,
            ["classes"] = report.Metadata.ClassCount,
            ["files"] = new JsonArray([.. report.Files.Select(path => JsonValue.Create(path))]),
        });
    }
}
