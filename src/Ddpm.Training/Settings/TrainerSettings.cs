using Ddpm.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>Everything that a <see cref="Trainer"/> is made of, with the defaults of <c>Create</c> filled in.</summary>
internal sealed record TrainerSettings
{
    private TrainerSettings()
    {
    }

    /// <summary>Gets the network, whose parameters are trained.</summary>
    public required nn.Module Network { get; init; }

    /// <summary>Gets the model that predicts: the network, or a wrapper of it.</summary>
    public required IEpsilonModel Model { get; init; }

    /// <summary>Gets what is minimised.</summary>
    public required Objective Objective { get; init; }

    /// <summary>Gets the options that the trainer was made with; the decay is the plan's.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Gets the learning rate of each step.</summary>
    public required LearningRatePlan LearningRate { get; init; }

    /// <summary>Gets the options that the run follows now.</summary>
    public TrainingOptions Current => Options with { Decay = LearningRate.Decay };

    /// <summary>Gets which timesteps each step trains.</summary>
    public required ITimestepSampler Timesteps { get; init; }

    /// <summary>Gets where ε comes from.</summary>
    public required INoiseSource Noise { get; init; }

    /// <summary>Gets whether the noise is the default, a function of the seed.</summary>
    public required bool IsNoiseOfSeed { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Gets the processes that train together.</summary>
    public required ICommunicator Communicator { get; init; }

    /// <summary>Gets the settings as text, so that two runs can be compared.</summary>
    public SortedDictionary<string, string> Description => TrainingSettings.Of(this);

    /// <summary>Fills in what <c>Create</c> was not given, and checks the rest.</summary>
    /// <exception cref="ArgumentException">
    /// The network has no parameters, an option is out of range or names a condition that it lacks, or the noise is one
    /// stream for several ranks.
    /// </exception>
    public static TrainerSettings Of(
        nn.Module network, IEpsilonModel model, Objective objective, TrainingOptions? options, ITimestepSampler? timesteps,
        INoiseSource? noise, ILogger? logger, ICommunicator communicator)
    {
        if (!network.parameters().Any())
        {
            throw new ArgumentException("network must have parameters to train, but has none.", nameof(network));
        }

        options = (options ?? TrainingOptions.Default).Validated();
        NetworkCondition.RequireKnown(
            options.ConditionDropout.Keys,
            model is IConditionalEpsilonModel conditional ? conditional.Conditions : [],
            $"{nameof(TrainingOptions)}.{nameof(TrainingOptions.ConditionDropout)}",
            nameof(options));
        if (communicator.WorldSize > 1 && noise is StreamNoise)
        {
            throw new ArgumentException(
                $"noise must be a function of each example's place, such as {nameof(PerSampleNoise)}, for several ranks, " +
                $"but is {nameof(StreamNoise)}, which gives all the same.",
                nameof(noise));
        }

        return new TrainerSettings
        {
            Network = network,
            Model = model,
            Objective = objective,
            Options = options,
            LearningRate = new LearningRatePlan(options),
            Timesteps = timesteps ?? new UniformTimesteps(objective.Process.Coefficients.Timesteps),
            IsNoiseOfSeed = noise is null,
            Noise = noise ?? new PerSampleNoise(RandomPurpose.Noise.Seed(options.Seed)),
            Logger = logger ?? NullLogger.Instance,
            Communicator = communicator,
        };
    }
}
