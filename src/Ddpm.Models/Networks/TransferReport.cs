using System.Collections.Immutable;
using System.Globalization;

namespace Ddpm.Models;

/// <summary>Reports what a network took from the weights of another one, see <see cref="UNet.InitializeFrom"/>.</summary>
public sealed record TransferReport
{
    /// <summary>Gets the weights that were copied as they are.</summary>
    public required ImmutableArray<string> Taken { get; init; }

    /// <summary>Gets the weights that were fitted to other channels or classes, as "name: how".</summary>
    public required ImmutableArray<string> Adapted { get; init; }

    /// <summary>Gets the weights that the other network does not have; they keep their initial values.</summary>
    public required ImmutableArray<string> Kept { get; init; }

    /// <summary>Gets the weights of the other network that were not used.</summary>
    public required ImmutableArray<string> Unused { get; init; }

    /// <summary>Gets the number of parameters that were copied or fitted.</summary>
    public required long ParametersTaken { get; init; }

    /// <summary>Gets the number of parameters of the network.</summary>
    public required long Parameters { get; init; }

    /// <summary>Returns the report in a sentence.</summary>
    public override string ToString()
    {
        string counts = string.Create(CultureInfo.InvariantCulture, $"{ParametersTaken:N0} of {Parameters:N0} parameters taken");
        return string.Join("; ", new[] { counts, Listed("fitted", Adapted), Listed("new", Kept), Listed("not used", Unused) }
            .Where(part => part.Length > 0));

        static string Listed(string what, ImmutableArray<string> names) => names.IsEmpty ? "" : $"{what}: {string.Join(", ", names)}";
    }
}
