using System.CommandLine;
namespace Ddpm.Cli.Inspection;
internal static class InspectCommand { public static Command Create(TextWriter output, TextWriter error) => new("inspect", "x"); }
