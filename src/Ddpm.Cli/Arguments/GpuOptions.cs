using Ddpm.Cli.Help;

namespace Ddpm.Cli.Arguments;

/// <summary>How an NVIDIA GPU computes; the CPU does not ask.</summary>
/// <param name="read">States each option.</param>
internal sealed class GpuOptions(OptionReader read)
{
    /// <summary>Gets whether factors of float32 may be rounded to TF32.</summary>
    public bool TensorFloat32 { get; } = read.Section(ProgramCommand.Machine).Choice(
        "--tf32",
        "on",
        "With --device cuda: whether factors of convolutions and products of float32 are rounded to TF32, 10 bits after the point, which "
        + "is several times as fast; on or off",
        ["on", "off"]) == "on";

    /// <summary>Gets whether features lie channels last.</summary>
    public bool ChannelsLast { get; } = read.Section(ProgramCommand.Machine).Choice(
        "--channels-last",
        "off",
        "With --device cuda: whether features lie channels last in memory, which speeds up convolutions on many GPUs and slows down "
        + "normalisations; on or off",
        ["on", "off"]) == "on";
}
