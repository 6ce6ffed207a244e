using Ddpm.Cli.Help;

namespace Ddpm.Cli.Arguments;

/// <summary><c>--tf32</c>: how an NVIDIA GPU multiplies numbers of float32.</summary>
internal static class TensorFloat32Option
{
    /// <summary>Reads the option, and returns whether factors may be rounded.</summary>
    /// <param name="read">States each option.</param>
    public static bool Read(OptionReader read) => read.Section(ProgramCommand.Machine).Choice(
        "--tf32",
        "on",
        "With --device cuda: whether factors of convolutions and products of float32 are rounded to TF32, 10 bits after the point, which "
        + "is several times as fast; on or off",
        ["on", "off"]) == "on";
}
