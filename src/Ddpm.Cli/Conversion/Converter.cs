using System.Globalization;
using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.ModelFolders;
using Ddpm.Cli.Output;
using Ddpm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Cli.Conversion;

/// <summary>Reads a model folder and writes it anew.</summary>
internal static class Converter
{
    public static readonly string[] Types = ["float32", "float16", "bfloat16"];

    public static void Execute(ConvertOptions options, Screen screen)
    {
        (string target, string dtype) = (options.Target, options.Dtype);
        OutputPath.RequireUnused(target, options.Overwrite);
        using TrainedModel model = new ModelSource(options.Source, options.Folder).Load();
        double change = Narrow(model.Network, dtype);
        OutputPath.RequireFolder("out", target);
        ModelFolder.Save(target, model.Network, model.Process);
        LoadReport report = model.Report;
        long before = Bytes(report.WeightsFile!), after = Weights(target);
        string renamed = report.Renamed > 0 ? $", {Amount.Of(report.Renamed, "tensor")} renamed" : "";
        string widened = report.Widened > 0 ? $", {report.Widened} read from 16 bits" : "";
        string narrowed = report.Narrowed > 0 ? $", {report.Narrowed} rounded from float64" : "";
        string changed = change > 0
            ? string.Create(CultureInfo.InvariantCulture, $"no weight changed by more than {change:0.0e+0}")
            : "no weight changed";
        screen.Line($"{target}: weights in {dtype}, {Amount.Bytes(before)} → {Amount.Bytes(after)}{renamed}{widened}{narrowed}; {changed}");
        if (!report.LeftOut.IsEmpty)
        {
            string tensors = Amount.Of(report.LeftOut.Length, "tensor whose name does", "tensors whose names do");
            screen.Line($"Left out: {tensors} not begin with {options.Folder.WeightPrefix}");
        }

        if (!report.IgnoredFields.IsEmpty)
        {
            screen.Line($"Not carried over, since this library does not use it: {string.Join("; ", report.IgnoredFields)}");
        }

        screen.Json(new JsonObject
        {
            ["model"] = target,
            ["dtype"] = dtype,
            ["bytes_before"] = before,
            ["bytes"] = after,
            ["renamed"] = report.Renamed,
            ["widened"] = report.Widened,
            ["narrowed"] = report.Narrowed,
            ["left_out"] = report.LeftOut.Length,
            ["largest_change"] = change,
            ["not_carried_over"] = new JsonArray([.. report.IgnoredFields.Select(field => JsonValue.Create(field))]),
        });
    }

    /// <summary>Brings the weights to a type; gives the largest change of a weight.</summary>
    /// <exception cref="NotSupportedException">A weight is too large for the type; nothing has been written.</exception>
    private static double Narrow(UNet network, string dtype)
    {
        if (dtype == "float32") return 0;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        ScalarType type = dtype == "float16" ? ScalarType.Float16 : ScalarType.BFloat16;
        double largest = 0;
        foreach ((string name, Tensor weight) in network.state_dict())
        {
            double difference = (weight - weight.to(type).to(float32)).abs().max().to(float64).item<double>();
            if (!double.IsFinite(difference))
            {
                throw new NotSupportedException($"{name} has a weight that {dtype} cannot hold (at most 65,504): take bfloat16.");
            }

            largest = Math.Max(largest, difference);
        }

        network.to(type);
        return largest;
    }

    // Of an index, all shards beside it.
    private static long Bytes(string file) => file.EndsWith(".json", StringComparison.Ordinal)
        ? Weights(Path.GetDirectoryName(file)!)
        : new FileInfo(file).Length;

    private static long Weights(string folder) =>
        Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
}
