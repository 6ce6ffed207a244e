using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.ModelFolders;

/// <summary>The options of every command that reads a model folder: what its files do not say, or say more than once.</summary>
/// <param name="read">States each option.</param>
internal sealed class ModelFolderOptions(OptionReader read)
{
    public string? WeightPrefix { get; } = read.Text(
        "--weight-prefix",
        "prefix",
        "What the names of the weights begin with, such as module. (DataParallel), _orig_mod. (torch.compile) or ema_model.; "
            + "tensors under other names are left out");

    public string? Variant { get; } = read.Text(
        "--variant",
        "variant",
        "Variant of the weights, such as fp16 or non_ema for diffusion_pytorch_model.non_ema.safetensors");

    public ScheduleOptions Schedule { get; } = new(read);
}
