using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ddpm.Models;

/// <summary>
/// Where the parts of a model lie: a pipeline has them in the folders unet and scheduler, the first published ones beside each other, and a network
/// alone has no more than its own two files.
/// </summary>
internal static class FolderFiles
{
    public const string Index = "model_index.json";
    public const string NetworkConfiguration = "config.json";
    public const string SchedulerConfiguration = "scheduler_config.json";
    public const string WeightsName = "diffusion_pytorch_model";

    /// <summary>The folder of a part: a subfolder, or the folder itself where the part's file lies there.</summary>
    /// <exception cref="FileNotFoundException">Neither has the file.</exception>
    public static string? FindPart(string folder, string part, string file)
    {
        string nested = Path.Combine(folder, part);
        if (File.Exists(Path.Combine(nested, file))) return nested;
        return File.Exists(Path.Combine(folder, file)) ? folder : null;
    }

    /// <summary>Opens a part's weights, whole or in shards.</summary>
    /// <exception cref="FileNotFoundException">There are none; where there is a pickle, the message says how to convert it.</exception>
    public static ISafetensors OpenWeights(string part, out string path)
    {
        path = Path.Combine(part, WeightsName + ".safetensors");
        if (File.Exists(path)) return SafetensorsFile.Open(path);
        string index = path + ".index.json";
        if (File.Exists(index))
        {
            path = index;
            return SafetensorsShards.Open(index);
        }

        string half = Path.Combine(part, WeightsName + ".fp16.safetensors");
        if (File.Exists(half))
        {
            path = half;
            return SafetensorsFile.Open(half);
        }

        string pickle = Path.Combine(part, WeightsName + ".bin");
        if (File.Exists(pickle)) throw new FileNotFoundException(Pickle.Refusal(pickle), path);
        throw new FileNotFoundException($"{part} has no {WeightsName}.safetensors.", path);
    }

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="InvalidDataException">It is not a JSON object.</exception>
    public static JsonObject ReadJson(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InvalidDataException($"{path} must hold a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not valid JSON: {exception.Message}", exception);
        }
    }
}
