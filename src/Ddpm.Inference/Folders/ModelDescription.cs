using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>Describes the network and process of a model folder as plain data. Reading it allocates nothing of the network.</summary>
public sealed record ModelDescription
{
    /// <summary>Gets the shape of the network.</summary>
    public required UNetOptions Network { get; init; }

    /// <summary>Gets the process that the network was trained for; null if the folder holds only a network.</summary>
    public ProcessDescription? Process { get; init; }

    /// <summary>Gets the fields of the configurations that this library ignores, as "file: field = value".</summary>
    public ImmutableArray<string> IgnoredFields { get; init; } = [];

    /// <summary>Reads the configurations of a folder in the layout of diffusers' DDPMPipeline, or of a network alone.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The description.</returns>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="FileNotFoundException">The network's configuration is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A configuration is damaged, has an unsupported setting or absurd numbers; the message names file, field, expected and found.
    /// </exception>
    public static ModelDescription Read(string folder)
    {
        string network = RequireNetworkFile(folder);
        CheckIndex(folder);
        ConfigurationReader networkReader = ConfigurationReader.Open(network);
        UNetOptions options = UNetConfiguration.Read(networkReader);
        ProcessDescription? process = null;
        List<string> ignored = [.. networkReader.Unread];
        if (ModelLayout.FindFile(folder, ModelLayout.Scheduler, ModelLayout.SchedulerConfiguration) is { } scheduler)
        {
            ConfigurationReader reader = ConfigurationReader.Open(scheduler);
            process = SchedulerConfigurationFile.Read(reader);
            ignored.AddRange(reader.Unread);
        }

        return new ModelDescription { Network = options, Process = process, IgnoredFields = [.. ignored] };
    }

    /// <summary>The files of the folder without its weights: relative paths and contents.</summary>
    /// <exception cref="NotSupportedException">The format has no words for the network or the process.</exception>
    internal (string Path, byte[] Contents)[] Files()
    {
        var index = new JsonObject
        {
            ["_class_name"] = "DDPMPipeline",
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["scheduler"] = new JsonArray("diffusers", "DDPMScheduler"),
            ["unet"] = new JsonArray("diffusers", "UNet2DModel"),
        };
        byte[] network = Bytes(UNetConfiguration.Write(Network));
        RequireReadable(() => UNetConfiguration.Read(ConfigurationReader.Parse(network, ModelLayout.NetworkConfiguration)));
        var files = new List<(string, byte[])> { (Path.Combine(ModelLayout.Network, ModelLayout.NetworkConfiguration), network) };
        if (Process is not null)
        {
            byte[] process = Bytes(SchedulerConfigurationFile.Write(Process));
            RequireReadable(() => SchedulerConfigurationFile.Read(ConfigurationReader.Parse(process, ModelLayout.SchedulerConfiguration)));
            files.Add((Path.Combine(ModelLayout.Scheduler, ModelLayout.SchedulerConfiguration), process));
        }

        files.Add((ModelLayout.Index, Bytes(index)));
        return [.. files];
    }

    /// <summary>The network's configuration in a folder.</summary>
    internal static string RequireNetworkFile(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        return ModelLayout.FindFile(folder, ModelLayout.Network, ModelLayout.NetworkConfiguration) ?? throw new FileNotFoundException(
            $"{folder} is not a model folder: it has no {ModelLayout.Network}/{ModelLayout.NetworkConfiguration} "
            + $"and no {ModelLayout.NetworkConfiguration}.");
    }

    private static void CheckIndex(string folder)
    {
        string path = Path.Combine(folder, ModelLayout.Index);
        if (!File.Exists(path)) return;
        ConfigurationReader.Open(path).Choice("_class_name", [("DDPMPipeline", true), ("DDIMPipeline", true)], fallback: "");
    }

    // What is written must be read again: options beyond the reader's limits are refused here.
    private static void RequireReadable(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException exception)
        {
            throw new NotSupportedException($"The format has no words for the model: {exception.Message}", exception);
        }
    }

    private static byte[] Bytes(JsonObject json)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true })) json.WriteTo(writer);
        return buffer.ToArray();
    }
}
