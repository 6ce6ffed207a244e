using System.Collections.Immutable;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>What a user may choose of a training.</summary>
internal sealed record TrainOptions
{
    public required string[] Data { get; init; }

    public string? Labels { get; init; }

    public required string Output { get; init; }

    public int? Size { get; init; }

    public bool Grayscale { get; init; }

    public bool SkipDamaged { get; init; }

    public bool Conditional { get; init; }

    public bool Flip { get; init; }

    public int Steps { get; init; }

    public double? MaxMinutes { get; init; }

    public int BatchSize { get; init; }

    public int Accumulation { get; init; }

    public double LearningRate { get; init; }

    public int WarmupSteps { get; init; }

    public string Decay { get; init; } = "";

    public double WeightDecay { get; init; }

    public ImmutableArray<AverageProfile> Averages { get; init; }

    public bool BFloat16 { get; init; }

    public string Schedule { get; init; } = "";

    public int Timesteps { get; init; }

    public string Prediction { get; init; } = "";

    public string Variance { get; init; } = "";

    public int Channels { get; init; }

    public int[] Multipliers { get; init; } = [];

    public int Blocks { get; init; }

    public int[] Attention { get; init; } = [];

    public double Dropout { get; init; }

    public int CheckpointEvery { get; init; }

    public int KeepLast { get; init; }

    public int GridEvery { get; init; }

    public int MetricsEvery { get; init; }

    public bool TensorBoard { get; init; }

    public int Workers { get; init; }

    public long Seed { get; init; }

    public string Device { get; init; } = "";

    public bool Mpi { get; init; }
}
