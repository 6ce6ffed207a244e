using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>A trained network and the process that it was trained for: one is of no use without the other. Owns the network.</summary>
public sealed class TrainedModel : IDisposable
{
    /// <summary>Puts a network and its process together.</summary>
    /// <param name="network">The network; disposed with the pair.</param>
    /// <param name="process">The process.</param>
    public TrainedModel(UNet network, ReverseDiffusion process)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        Network = network;
        Process = process;
    }

    /// <summary>The network, ready to sample.</summary>
    public UNet Network { get; }

    /// <summary>The process that the network was trained for.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();
}
