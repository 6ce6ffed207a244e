using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// Holds a trained network and the process that it was trained for; neither is useful without the other. It owns the network.
/// </summary>
public sealed class TrainedModel : IDisposable
{
    /// <summary>Creates the pair of a network and its process.</summary>
    /// <param name="network">The network; disposed with the pair.</param>
    /// <param name="process">The process.</param>
    /// <param name="report">The report of reading them. Default: an empty report.</param>
    /// <exception cref="ArgumentException">The output of the network does not fit the process.</exception>
    public TrainedModel(UNet network, ReverseDiffusion process, LoadReport? report = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        RequireFit(network.Options, process);
        Network = network;
        Process = process;
        Report = report ?? new LoadReport();
    }

    /// <summary>Gets the network, ready to sample.</summary>
    public UNet Network { get; }

    /// <summary>Gets the process that the network was trained for.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Gets the report of reading the network and the process.</summary>
    public LoadReport Report { get; }

    /// <summary>Gets the shape of one sample: [C, H, W] of images, [C, L] of signals.</summary>
    public IReadOnlyList<long> SampleShape => [.. Network.Options.SampleShape.Select(size => (long)size)];

    /// <summary>Creates a request for samples of <see cref="SampleShape"/>.</summary>
    /// <param name="count">How many samples. Range: ≥ 1.</param>
    /// <param name="seed">The seed of the noise; sample k depends on seed and k alone.</param>
    /// <returns>The request, on the network's device; change it with a <c>with</c> expression.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public SamplingRequest Request(int count, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new SamplingRequest
        {
            Count = count,
            SampleShape = SampleShape,
            Noise = new PerSampleNoise(seed),
            Device = Network.parameters().First().device,
        };
    }

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
