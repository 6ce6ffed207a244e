using System.Collections.Concurrent;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>A network and a batch that are measured, by the name in the tables.</summary>
/// <param name="Options">The network.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Repeats">How many predictions are one measurement, so that it takes some tenths of a second.</param>
internal sealed record NetworkCase(UNetOptions Options, int Batch, int Repeats)
{
    private static readonly ConcurrentDictionary<UNetOptions, double> Works = new();

    /// <summary>The Quickstart's network.</summary>
    public static UNetOptions Quickstart { get; } = new()
    {
        Height = 8,
        Width = 8,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 32,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [],
        NormGroups = 8,
        Dropout = 0,
    };

    /// <summary>A small network for 16×16 RGB.</summary>
    public static UNetOptions Small { get; } = new()
    {
        Height = 16,
        Width = 16,
        BaseChannels = 32,
        ChannelMultipliers = [1, 2, 2],
        AttentionResolutions = [8],
        Dropout = 0,
    };

    /// <summary>The network of the included model of clothes, without its classes.</summary>
    public static UNetOptions Clothes { get; } = new()
    {
        Height = 28,
        Width = 28,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 32,
        ChannelMultipliers = [1, 2, 4],
        BlocksPerLevel = 1,
        AttentionResolutions = [7],
        Dropout = 0,
    };

    /// <summary>The network over signals of samples/Weather, without its classes.</summary>
    public static UNetOptions Weather { get; } = Quickstart with { IsSignal = true, Height = 32, InChannels = 4, OutChannels = 4 };

    /// <summary>All that the tables show.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "CIFAR-10, 1", "CIFAR-10, 8", "small, 1", "small, 16", "small, 64", "Quickstart, 1", "Quickstart, 16", "Quickstart, 64",
        "weather, 1", "weather, 16", "clothes, 1", "clothes, 8", "CelebA-HQ, 1",
    ];

    /// <summary>Floating-point operations of one prediction.</summary>
    public double Flops => Batch * FlopsPerImage(Options);

    /// <summary>The shape of a batch.</summary>
    public long[] Shape =>
        Options.IsSignal ? [Batch, Options.InChannels, Options.Height] : [Batch, Options.InChannels, Options.Height, Options.Width];

    /// <summary>The case of a name: network, batch.</summary>
    public static NetworkCase Of(string name)
    {
        string[] parts = name.Split(", ");
        UNetOptions options = parts[0] switch
        {
            "CIFAR-10" => UNetOptions.Cifar10 with { Dropout = 0 },
            "CelebA-HQ" => UNetOptions.CelebAHq256 with { Dropout = 0 },
            "small" => Small,
            "Quickstart" => Quickstart,
            "weather" => Weather,
            "clothes" => Clothes,
            _ => throw new UsageException($"A case must be one of {string.Join("; ", Names)}, but is {name}."),
        };
        int batch = int.Parse(parts[1], CultureInfo.InvariantCulture);
        double repeats = Effort.Of(2e10, 1e8) / (FlopsPerImage(options) * batch);
        return new NetworkCase(options, batch, (int)Math.Clamp(repeats, 1, 500));
    }

    /// <summary>Floating-point operations of one prediction of one image; counted once for each network.</summary>
    public static double FlopsPerImage(UNetOptions options) => Works.GetOrAdd(options, Count);

    /// <summary>The network, ready to predict.</summary>
    public UNet Network()
    {
        var network = new UNet(Options, 1);
        network.eval();
        return network;
    }

    /// <summary>The network's plan for the batch; the caller disposes it.</summary>
    public Plan Plan(UNet network, WeightPrecision precision, WorkerTeam team)
    {
        PlaneSize size = Options.IsSignal ? new PlaneSize(1, Options.Height) : new PlaneSize(Options.Height, Options.Width);
        var options = new PlanOptions(VectorWidth.Best, precision);
        return PlanCompiler.Compile(network.Graph, new ModuleWeights(network), options, Batch, size, team);
    }

    private static double Count(UNetOptions options) =>
        NetworkWork.Flops(NetworkGraph.Of(new UNetDescription(options)), options.Height * (options.IsSignal ? 1.0 : options.Width));
}
