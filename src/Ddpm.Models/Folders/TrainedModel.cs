using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>A trained network and the process that it was trained for: one is of no use without the other. Owns the network.</summary>
public sealed class TrainedModel : IDisposable
{
    /// <summary>Puts a network and its process together.</summary>
    /// <param name="network">The network; disposed with the pair.</param>
    /// <param name="process">The process.</param>
    /// <param name="report">What was left over when they were read; nothing by default.</param>
    /// <exception cref="ArgumentException">The network does not put out what the process needs.</exception>
    public TrainedModel(UNet network, ReverseDiffusion process, LoadReport? report = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        RequireFit(network.Options, process);
        Network = network;
        Process = process;
        Report = report ?? new LoadReport();
    }

    /// <summary>The network, ready to sample.</summary>
    public UNet Network { get; }

    /// <summary>The process that the network was trained for.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>What was left over when they were read.</summary>
    public LoadReport Report { get; }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();

    /// <summary>Checks that a network puts out what a process needs.</summary>
    internal static void RequireFit(UNetOptions options, ReverseDiffusion process)
    {
        int outputs = process.Options.Variance.OutputsPerElement;
        if (options.OutChannels != outputs * options.InChannels)
        {
            throw new ArgumentException(
                $"The network puts out {options.OutChannels} channels for {options.InChannels}, but "
                + $"{process.Options.Variance.GetType().Name} needs {outputs * options.InChannels}: {nameof(UNetOptions.OutChannels)} and "
                + $"{nameof(ReverseDiffusionOptions.Variance)} disagree.", nameof(process));
        }
    }
}
