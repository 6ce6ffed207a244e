using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Cli.Evaluation;

/// <summary>What a likelihood will cost, before there is any, as <see cref="NetworkCost"/> counts.</summary>
/// <param name="Time">The time of all images.</param>
/// <param name="Memory">The bytes of the activations of a batch.</param>
/// <param name="Text">What it is made of, in words.</param>
internal sealed record FlowEstimate(TimeSpan Time, double Memory, string Text)
{
    /// <summary>Estimates the cost.</summary>
    /// <param name="network">The network.</param>
    /// <param name="likelihood">The likelihood.</param>
    /// <param name="images">The images.</param>
    /// <param name="batchSize">The images of a batch.</param>
    /// <param name="processes">The processes that share the images.</param>
    /// <param name="flopsPerSecond">The speed of a convolution.</param>
    public static FlowEstimate Of(
        UNetOptions network, DequantizedLikelihood likelihood, long images, int batchSize, int processes, double flopsPerSecond)
    {
        NetworkCost image = NetworkCost.Of(network);
        double backward = likelihood.Flow.Divergence.Probes is > 0 and var probes
            ? probes
            : NetworkCost.Pixels(network) * network.InChannels;
        TimeSpan time = NetworkCost.Time(image.Forward * (1 + backward) * likelihood.NetworkCalls * images / processes, flopsPerSecond);
        double memory = image.Kept * Math.Min(batchSize, images);
        string what = string.Create(
            CultureInfo.InvariantCulture,
            $"{Amount.Of(images, "image")}, each with {Amount.Of(likelihood.NetworkCalls, "call")} of the network and "
                + $"{Amount.Of((long)backward, "backward pass", "backward passes")} a call");
        return new FlowEstimate(time, memory, $"Estimate: {Duration.Of(time)} for {what}, {Amount.Bytes(memory)} of memory");
    }

    /// <summary>Refuses what cannot be done, or not in any time that a person waits.</summary>
    /// <param name="options">The options, which the message names.</param>
    /// <exception cref="UsageException">It would need more memory than there is, or more than a month.</exception>
    public void Require(BoundCommandOptions options)
    {
        const string Force = " --force computes all the same.";
        double available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (Memory > available)
        {
            throw new UsageException(
                $"The gradients of --batch-size {options.BatchSize} would need about {Amount.Bytes(Memory)} of memory, but there are "
                    + $"{Amount.Bytes(available)}. Try --batch-size {Math.Max(1, options.BatchSize / 4)}.{Force}");
        }

        if (Time < NetworkCost.Absurd) return;
        string fewer = options.Flow.IsExact ? "--divergence hutchinson, or fewer" : "fewer --probes,";
        throw new UsageException($"{Text}: more than a month. Try {fewer} --draws, --count or --steps.{Force}");
    }
}
