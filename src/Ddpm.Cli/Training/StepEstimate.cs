using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Training;

/// <summary>What a training step will cost, before there is one, as <see cref="NetworkCost"/> counts.</summary>
/// <param name="Step">The time of a step.</param>
/// <param name="Memory">The bytes of weights, gradients, optimiser, averages and activations.</param>
internal sealed record StepEstimate(TimeSpan Step, double Memory)
{
    /// <summary>How many predictions a step costs: the backward pass computes the gradients of data and of weights.</summary>
    public const int Passes = 3;

    // Weights, gradients and Adam's two moments.
    private const int Copies = 4;

    /// <summary>Estimates the cost of a step of this process.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">The images of a batch that this process trains on.</param>
    /// <param name="accumulation">The batches of a step.</param>
    /// <param name="averages">The moving averages.</param>
    /// <param name="flopsPerSecond">The speed, by <see cref="TrainingSpeed"/>.</param>
    public static StepEstimate Of(UNetOptions network, double batch, int accumulation, int averages, double flopsPerSecond)
    {
        NetworkCost image = NetworkCost.Of(network);
        double work = image.Forward * Passes * batch * accumulation;
        double weights = UNet.CountParameters(network) * (double)sizeof(float) * (Copies + averages);
        return new StepEstimate(NetworkCost.Seconds(work / flopsPerSecond), weights + (image.Kept * batch));
    }

    /// <summary>Says what the run will cost.</summary>
    /// <param name="steps">The steps that are to be done.</param>
    public string Text(long steps) => string.Create(
        CultureInfo.InvariantCulture,
        $"Estimate: {Duration.Of(Step)} a step, {Duration.Of(Times(Step, steps))} for {Amount.Of(steps, "step")}, "
            + $"{Amount.Bytes(Memory)} of memory");

    /// <summary>Refuses a run that cannot do, or not in any time that a person waits.</summary>
    /// <param name="options">The options, which the message names.</param>
    /// <param name="network">The network.</param>
    /// <param name="steps">The steps that are to be done.</param>
    /// <param name="available">The memory of the machine in bytes.</param>
    /// <exception cref="UsageException">It would need more memory than there is, or more than a month.</exception>
    public void Require(TrainOptions options, UNetOptions network, long steps, double available)
    {
        if (options.Force) return;
        string what = string.Create(
            CultureInfo.InvariantCulture,
            $"{network.Height}×{network.Width} images, {UNet.CountParameters(network):N0} parameters, "
                + $"{(options.Accumulation > 1 ? $"{options.Accumulation} " : "")}batches of {options.BatchSize}");
        string smaller = options.Given.ContainsKey("--init-from") || network.BaseChannels <= NetworkChoice.Groups
            ? "a smaller --size"
            : $"--channels {SmallerChannels(network.BaseChannels)}";
        if (Memory > available)
        {
            throw new UsageException(
                $"A step would need about {Amount.Bytes(Memory)} of memory ({what}), but there are {Amount.Bytes(available)}. "
                    + $"Try --batch-size {Math.Max(1, options.BatchSize / 4)} --accumulation {options.Accumulation * 4}, or {smaller}. "
                    + "--force trains all the same.");
        }

        TimeSpan all = Times(Step, steps);
        if (all < NetworkCost.Absurd || options.MaxMinutes is not null) return;
        throw new UsageException(
            $"{steps.ToString("N0", CultureInfo.InvariantCulture)} steps would take about {Duration.Of(all)} here, "
                + $"{Duration.Of(Step)} each ({what}, {Amount.Of(get_num_threads(), "thread")}). Try {smaller} or fewer --steps. "
                + "--force trains all the same.");
    }

    private static int SmallerChannels(int channels) =>
        Math.Max(NetworkChoice.Groups, channels / 2 / NetworkChoice.Groups * NetworkChoice.Groups);

    private static TimeSpan Times(TimeSpan step, long steps) => NetworkCost.Seconds(step.TotalSeconds * steps);
}
