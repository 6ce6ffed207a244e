using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Inference;

namespace Ddpm.Cli.Sampling;

/// <summary>The classes that --label names.</summary>
internal static class ClassLabels
{
    /// <summary>The classes in order; none where the option is absent.</summary>
    /// <exception cref="UsageException">The network does not know them, or needs one.</exception>
    public static long[] Read(SamplingOptions options, INetworkDescription network, string model)
    {
        if (options.Label is null)
        {
            if (options.Guidance != 1 && network.Conditions.Count == 0)
            {
                throw new UsageException("--guidance goes with --label: it strengthens a class.");
            }

            if (network.ClassCount > 0 && !network.HasNullLabel)
            {
                throw new UsageException($"{model} must be told a class, --label 0 … {network.ClassCount - 1} or all.");
            }

            return [];
        }

        if (network.ClassCount == 0) throw new UsageException($"--label goes with a class-conditional model, but {model} has no classes.");
        if (options.Guidance != 1 && !network.HasNullLabel)
        {
            throw new UsageException($"--guidance needs a network that can be asked without a class, but {model} cannot.");
        }

        if (options.Label == "all") return [.. Enumerable.Range(0, network.ClassCount).Select(label => (long)label)];
        // A name may have a comma.
        if (network.ClassNames?.Find(options.Label) is { } only) return [only];
        return [.. options.Label.Split(',').Select(part => LabelOf(part.Trim(), network, model))];
    }

    // A name, or a number where no class has it as its name.
    private static long LabelOf(string part, INetworkDescription network, string model)
    {
        if (network.ClassNames?.Find(part) is { } named) return named;
        bool isNumber = long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long label);
        if (isNumber && label < network.ClassCount) return label;
        string names = network.ClassNames is { } known ? $", or {known.Choices(part)}," : "";
        throw new UsageException(
            $"--label must be all, or classes 0 … {network.ClassCount - 1} of {model}{names} with commas between, but has "
                + $"{(part.Length == 0 ? "an empty place" : part)}.");
    }
}
