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

    /// <summary>
    /// Gets the class of diffusers that the folder names for sampling, such as "PNDMScheduler"; null if the folder holds only a network. A
    /// sampler is chosen when samples are drawn: the class says nothing of the process.
    /// </summary>
    public string? Scheduler { get; init; }

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
        NetworkConfiguration.RequireUNet(networkReader);
        UNetOptions options = UNetConfiguration.Read(networkReader);
        List<string> ignored = [.. networkReader.Unread];
        (ProcessDescription? process, string? scheduler) = ReadProcess(folder, ignored);
        return new ModelDescription { Network = options, Process = process, Scheduler = scheduler, IgnoredFields = [.. ignored] };
    }

    /// <summary>Reads the configurations of a folder of any network.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="given">The caller's description; null for the folder's.</param>
    /// <returns>The network and the rest of the folder.</returns>
    /// <exception cref="InvalidDataException">A configuration is damaged or says what is not supported.</exception>
    /// <exception cref="ArgumentException">The folder needs a description, or another.</exception>
    internal static FolderContents<INetworkDescription> ReadAny(string folder, INetworkDescription? given)
    {
        string path = RequireNetworkFile(folder);
        CheckIndex(folder);
        ConfigurationReader reader = ConfigurationReader.Open(path);
        INetworkDescription network = NetworkConfiguration.Read(reader, given);
        return Contents(folder, network, reader);
    }

    /// <summary>Reads the configurations of a folder of an <see cref="MlpDescription"/>.</summary>
    /// <exception cref="InvalidDataException">A configuration is damaged, or of another network.</exception>
    internal static FolderContents<MlpDescription> ReadMlp(string folder)
    {
        string path = RequireNetworkFile(folder);
        CheckIndex(folder);
        ConfigurationReader reader = ConfigurationReader.Open(path);
        reader.Choice("_class_name", [(MlpConfiguration.ClassName, true)], "UNet2DModel");
        var network = new MlpDescription(MlpConfiguration.Read(reader));
        return Contents(folder, network, reader);
    }

    private static FolderContents<TNetwork> Contents<TNetwork>(string folder, TNetwork network, ConfigurationReader reader)
    {
        List<string> ignored = [.. reader.Unread];
        (ProcessDescription? process, string? scheduler) = ReadProcess(folder, ignored);
        return new FolderContents<TNetwork>(network, process, scheduler, [.. ignored]);
    }

    private static (ProcessDescription? Process, string? Scheduler) ReadProcess(string folder, List<string> ignored)
    {
        if (ModelLayout.FindFile(folder, ModelLayout.Scheduler, ModelLayout.SchedulerConfiguration) is not { } file) return (null, null);
        ConfigurationReader reader = ConfigurationReader.Open(file);
        ProcessDescription process = SchedulerConfigurationFile.Read(reader);
        ignored.AddRange(reader.Unread);
        return (process, SchedulerClass.Read(reader).Name);
    }

    /// <summary>The files of the folder without its weights: relative paths and contents.</summary>
    /// <exception cref="NotSupportedException">The format has no words for the network or the process.</exception>
    internal (string Path, byte[] Contents)[] Files() => Files(new UNetDescription(Network), Process);

    /// <summary>The files of a folder of any network without its weights: relative paths and contents.</summary>
    /// <param name="description">The network.</param>
    /// <param name="trained">Its process; null for none.</param>
    /// <exception cref="NotSupportedException">The format has no words for the network or the process.</exception>
    internal static (string Path, byte[] Contents)[] Files(INetworkDescription description, ProcessDescription? trained)
    {
        JsonObject configuration = NetworkConfiguration.Write(description);
        string kind = (string)configuration["_class_name"]!;
        var index = new JsonObject
        {
            ["_class_name"] = "DDPMPipeline",
            ["_diffusers_version"] = UNetConfiguration.FormatVersion,
            ["scheduler"] = new JsonArray("diffusers", SchedulerClass.Default),
            ["unet"] = new JsonArray(description is UNetDescription ? "diffusers" : "Ddpm.Models", kind),
        };
        byte[] network = Bytes(configuration);
        RequireReadable(
            () => NetworkConfiguration.Read(ConfigurationReader.Parse(network, ModelLayout.NetworkConfiguration), description));
        var files = new List<(string, byte[])> { (Path.Combine(ModelLayout.Network, ModelLayout.NetworkConfiguration), network) };
        if (trained is not null)
        {
            byte[] process = Bytes(SchedulerConfigurationFile.Write(trained));
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
        ConfigurationReader.Open(path).Choice("_class_name", [("DDPMPipeline", true), ("DDIMPipeline", true), ("PNDMPipeline", true)], "");
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
