using System.CommandLine;
namespace Ddpm.Cli.Conversion;
internal static class ConvertCommand { public static Command Create(TextWriter output, TextWriter error) => new("convert", "x"); }
