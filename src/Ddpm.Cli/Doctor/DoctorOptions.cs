using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Doctor;

/// <summary>The options of <c>ddpm doctor</c>.</summary>
/// <param name="read">States each option.</param>
internal sealed class DoctorOptions(OptionReader read)
{
    public string Output { get; } = read.Text("--out", "folder", ".", "Folder for outputs, whose disk is looked at");

    public bool Quick { get; } = read.Flag("--quick", "Time no steps of a network");
}
