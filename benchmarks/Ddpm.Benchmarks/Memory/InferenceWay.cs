using Ddpm.Cli.Arguments;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>How a network predicts, by its name in the tables.</summary>
internal sealed record InferenceWay(string Name, InferenceOptions Options)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["plain", "compiled", "bf16"];

    /// <summary>The way of a name.</summary>
    public static InferenceWay Of(string name) => new(name, name switch
    {
        "plain" => InferenceOptions.Off,
        "compiled" => InferenceOptions.Default,
        "bf16" => InferenceOptions.BFloat16,
        _ => throw new UsageException($"--way must be one of {string.Join(", ", Names)}, but is {name}."),
    });
}
