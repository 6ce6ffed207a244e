using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Inference.Tests.Folders;

/// <summary>A model folder that tests may damage.</summary>
internal sealed class ModelFiles : IDisposable
{
    public const string Network = "unet/config.json", Scheduler = "scheduler/scheduler_config.json", Index = "model_index.json";
    public const string Weights = "unet/diffusion_pytorch_model.safetensors";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-model-");

    public ModelFiles()
    {
        foreach ((string path, byte[] contents) in Model.Files()) Write(path, contents);
    }

    public static ModelDescription Model { get; } = new()
    {
        Network = new UNetOptions
        {
            Height = 16,
            Width = 8,
            InChannels = 1,
            OutChannels = 1,
            BaseChannels = 16,
            ChannelMultipliers = [1, 2],
            BlocksPerLevel = 1,
            AttentionResolutions = [8],
            NormGroups = 4,
            AttentionHeadChannels = 8,
        },
        Process = new ProcessDescription
        {
            Schedule = new LinearSchedule(250, 4e-4, 0.08),
            Prediction = "epsilon",
            Variance = "fixed_large",
        },
    };

    public string Folder => folder.FullName;

    public string this[string file] => Path.Combine(Folder, file);

    public void Dispose() => folder.Delete(recursive: true);

    public byte[] Bytes(string file) => File.ReadAllBytes(this[file]);

    public void Write(string file, byte[] contents)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[file])!);
        File.WriteAllBytes(this[file], contents);
    }

    /// <summary>Puts other JSON in place of a field's value; null takes the field away.</summary>
    public void Set(string file, string field, string? value)
    {
        JsonObject json = JsonNode.Parse(Bytes(file))!.AsObject();
        json.Remove(field);
        string text = json.ToJsonString(new JsonSerializerOptions());
        Write(file, Encoding.UTF8.GetBytes(value is null ? text : $"{text[..^1]},\"{field}\":{value}}}"));
    }
}
