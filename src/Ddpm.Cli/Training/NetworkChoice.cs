using System.Collections.Immutable;
using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Training;

/// <summary>The network and the process that options describe. Options that do not go together are named as they are typed.</summary>
internal static class NetworkChoice
{
    /// <summary>What <c>--channels</c> must be a multiple of: the groups of the normalisations of a small network.</summary>
    public const int Groups = 8;

    private const int PaperGroups = 32;

    /// <summary>The process.</summary>
    /// <exception cref="UsageException">There are too few timesteps.</exception>
    public static ReverseDiffusion Process(TrainOptions options)
    {
        bool linear = options.Schedule == "linear";
        if (linear && options.Timesteps < LinearSchedule.LeastScaled)
        {
            throw new UsageException(
                $"--timesteps must be at least {LinearSchedule.LeastScaled} with --schedule linear, but is {options.Timesteps}; "
                    + "--schedule cosine takes fewer.");
        }

        return new ReverseDiffusion(
            linear ? LinearSchedule.Scaled(options.Timesteps) : new CosineSchedule(options.Timesteps),
            new ReverseDiffusionOptions { Prediction = options.Prediction, Variance = options.Variance });
    }

    /// <summary>The network for some images.</summary>
    /// <exception cref="UsageException">The options do not fit each other, or the images.</exception>
    public static UNetOptions Network(TrainOptions options, IDataset data)
    {
        (int height, int width) = ((int)data.Shape[1], (int)data.Shape[2]);
        RequireChannels(options);
        RequireSides(options, options.Multipliers, height, width);
        RequireAttention(options, height);
        return new UNetOptions
        {
            Height = height,
            Width = width,
            InChannels = (int)data.Shape[0],
            OutChannels = (int)data.Shape[0] * options.Variance.OutputsPerElement,
            BaseChannels = options.Channels,
            ChannelMultipliers = options.Multipliers,
            BlocksPerLevel = options.Blocks,
            AttentionResolutions = options.Attention,
            NormGroups = options.Channels % PaperGroups == 0 ? PaperGroups : Groups,
            Dropout = options.Dropout,
            ClassCount = options.Conditional ? data.ClassCount : null,
            ClassNames = options.Conditional ? data.ClassNames : null,
        };
    }

    /// <summary>The layers of a network for other images.</summary>
    /// <exception cref="UsageException">The images have another size than the layers take.</exception>
    public static UNetOptions For(UNetOptions network, TrainOptions options, IDataset data)
    {
        (int height, int width) = ((int)data.Shape[1], (int)data.Shape[2]);
        RequireSides(options, network.ChannelMultipliers, height, width);
        return network.WithData(
            height,
            width,
            (int)data.Shape[0],
            options.Conditional ? data.ClassCount : null,
            options.Conditional ? data.ClassNames : null) with
        {
            Dropout = options.Dropout,
            NullLabel = true,
        };
    }

    private static void RequireChannels(TrainOptions options)
    {
        if (options.Channels % Groups != 0)
        {
            throw new UsageException($"--channels must be a multiple of {Groups}, but is {options.Channels}.");
        }

        long most = (long)options.Channels * options.Multipliers.Max();
        if (most > UNetConfiguration.MostChannels)
        {
            throw new UsageException(
                $"--channels times the largest of --multipliers must be at most {UNetConfiguration.MostChannels}, but is {most}.");
        }
    }

    // Every level but the last halves the image.
    private static void RequireSides(TrainOptions options, ImmutableArray<int> multipliers, int height, int width)
    {
        int levels = multipliers.Length, divisor = 1 << (levels - 1);
        if (height % divisor == 0 && width % divisor == 0) return;
        string of = options.InitFrom is null ? $"--multipliers {string.Join(',', multipliers)}" : $"{options.InitFrom}";
        string multiple = $"a multiple of {divisor}, for {of} has {levels} levels";
        throw new UsageException(options.Images.Size is { } size
            ? $"--size must be {multiple}, but is {size}."
            : $"--data must be images whose height and width are {multiple}, but these are {height} high and {width} wide; "
                + "--size brings those of a folder to another size.");
    }

    private static void RequireAttention(TrainOptions options, int height)
    {
        int[] sizes = [.. Enumerable.Range(0, options.Multipliers.Length).Select(level => height >> level)];
        foreach (int size in options.Attention.Except(sizes))
        {
            throw new UsageException(
                $"--attention must be among the sizes that the levels have ({string.Join(", ", sizes)}), but has {size}.");
        }
    }
}
