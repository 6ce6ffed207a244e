namespace Ddpm.Inference;

/// <summary>
/// Where the parts of a model lie: a pipeline has them in the folders unet and scheduler, the first published ones beside each other, and a
/// network alone has no more than its own two files.
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
}
