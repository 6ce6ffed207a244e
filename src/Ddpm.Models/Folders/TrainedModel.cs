using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>A trained U-Net and the process that it was trained for. Owns the network.</summary>
public sealed class TrainedModel : TrainedModel<UNet>
{
    /// <summary>Creates the pair of a network and its process.</summary>
    /// <param name="network">The network; disposed with the pair.</param>
    /// <param name="process">The process.</param>
    /// <param name="report">What was left over when they were read. Default: nothing.</param>
    /// <exception cref="ArgumentException">The network does not put out what the process needs.</exception>
    public TrainedModel(UNet network, ReverseDiffusion process, LoadReport? report = null)
        : base(network, process, report)
    {
    }
}
