using System.CommandLine;
namespace Ddpm.Cli.Evaluation;
internal static class EvaluateCommand { public static Command Create(TextWriter output, TextWriter error) => new("evaluate", "x"); }
