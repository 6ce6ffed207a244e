using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// Where the parts of a model lie: a pipeline has them in the folders unet and scheduler, the first published ones beside each other, and a
/// network
/// alone has no more than its own two files.
/// </summary>
internal static class ModelLayout
{
    public const string Index = "model_index.json";
    public const string Network = "unet", NetworkConfiguration = "config.json";
    public const string Scheduler = "scheduler", SchedulerConfiguration = "scheduler_config.json";
    public const string Weights = "diffusion_pytorch_model", WeightsFile = Weights + ".safetensors";

    /// <summary>Returns the file of a part: in the part's folder, or in the folder itself; null where neither has it.</summary>
    public static string? FindFile(string folder, string part, string file)
    {
        string nested = Path.Combine(folder, part, file), flat = Path.Combine(folder, file);
        return File.Exists(nested) ? nested : File.Exists(flat) ? flat : null;
    }

    /// <summary>Opens the weights in a network's folder, whole, in shards or in 16 bits.</summary>
    /// <param name="folder">The folder of the network.</param>
    /// <param name="path">The file that was opened.</param>
    /// <exception cref="FileNotFoundException">There are none; the message says what lies there instead.</exception>
    /// <exception cref="SafetensorsException">A file breaks the format.</exception>
    public static ISafetensors OpenWeights(string folder, out string path)
    {
        path = Path.Combine(folder, WeightsFile);
        if (File.Exists(path)) return SafetensorsFile.Open(path);
        string index = path + ".index.json";
        if (File.Exists(index))
        {
            path = index;
            return SafetensorsShards.Open(index);
        }

        string half = Path.Combine(folder, Weights + ".fp16.safetensors");
        if (File.Exists(half))
        {
            path = half;
            return SafetensorsFile.Open(half);
        }

        string pickle = Path.Combine(folder, Weights + ".bin");
        if (File.Exists(pickle)) throw new FileNotFoundException(ForeignFile.PickleRefusal(pickle), path);
        throw new FileNotFoundException($"{folder} has no {WeightsFile}{Others(folder)}.", path);
    }

    // Files that hold weights under another name.
    private static string Others(string folder)
    {
        const int most = 10;
        string[] extensions = [".safetensors", ".bin", ".pt", ".pth", ".ckpt"];
        IEnumerable<string> files = Directory.EnumerateFiles(folder).Where(file => extensions.Contains(Path.GetExtension(file)));
        string[] names = [.. files.Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal).Take(most + 1)];
        if (names.Length == 0) return "";
        string more = names.Length > most ? " and others" : "";
        return $", but {string.Join(", ", names.Take(most))}{more}: weights must have that name, in the format of safetensors";
    }
}
