using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>A trained network and the process that it was trained for: one is of no use without the other. Owns the network.</summary>
/// <typeparam name="TNetwork">The kind of network.</typeparam>
public class TrainedModel<TNetwork> : IDisposable
    where TNetwork : DescribedNetwork
{
    /// <summary>Puts a network and its process together.</summary>
    /// <param name="network">The network; disposed with the pair.</param>
    /// <param name="process">The process.</param>
    /// <param name="report">What was left over when they were read; nothing by default.</param>
    /// <exception cref="ArgumentException">The network does not put out what the process needs.</exception>
    public TrainedModel(TNetwork network, ReverseDiffusion process, LoadReport? report = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(process);
        RequireFit(network.Description, network.Graph.Output.Channels, process);
        Network = network;
        Process = process;
        Report = report ?? new LoadReport();
    }

    /// <summary>Gets the network, ready to sample.</summary>
    public TNetwork Network { get; }

    /// <summary>Gets the process that the network was trained for.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Gets what was left over when they were read.</summary>
    public LoadReport Report { get; }

    /// <summary>Gets the shape of one sample: [C, H, W] of images, [C, L] of signals, [C] of vectors.</summary>
    /// <exception cref="InvalidOperationException">The network is of your own and takes several shapes.</exception>
    public IReadOnlyList<long> SampleShape => Network.Description switch
    {
        UNetDescription unet => [.. unet.Options.SampleShape.Select(size => (long)size)],
        { SpatialDimensions: 0 } vectors => [vectors.InChannels],
        _ => throw new InvalidOperationException(
            $"The {Network.Description.GetType().Name} takes samples of several shapes: state {nameof(SamplingRequest.SampleShape)} in a "
            + $"{nameof(SamplingRequest)}."),
    };

    /// <summary>Gets the names of the network's classes; null where they have numbers only.</summary>
    public ClassNames? ClassNames => Network.Description.ClassNames;

    /// <summary>Asks for samples of <see cref="SampleShape"/>.</summary>
    /// <param name="count">How many samples. Range: ≥ 1.</param>
    /// <param name="seed">The seed of the noise; sample k depends on seed and k alone.</param>
    /// <returns>The request, on the network's device; change it by <c>with</c>.</returns>
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

    /// <summary>Asks for one sample of each label, in the shape <see cref="SampleShape"/>.</summary>
    /// <param name="labels">The classes, for a network that was trained with classes; -1 is none.</param>
    /// <param name="seed">The seed of the noise; sample k depends on seed and k alone.</param>
    /// <returns>The request, on the network's device; change it by <c>with</c>.</returns>
    /// <exception cref="ArgumentException">There are no labels, or the network does not know one.</exception>
    public SamplingRequest Request(IReadOnlyList<long> labels, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new SamplingRequest
        {
            SampleShape = SampleShape,
            Noise = new PerSampleNoise(seed),
            Labels = labels,
            Device = Network.parameters().First().device,
        };
    }

    /// <summary>Asks for one sample of each class, by names, in the shape <see cref="SampleShape"/>.</summary>
    /// <param name="names">The classes, by <see cref="ClassNames"/>.</param>
    /// <param name="seed">The seed of the noise; sample k depends on seed and k alone.</param>
    /// <returns>The request, on the network's device; change it by <c>with</c>.</returns>
    /// <exception cref="ArgumentException">No class has one of the names; the message lists those there are.</exception>
    /// <exception cref="InvalidOperationException">The model has no class names.</exception>
    public SamplingRequest Request(IReadOnlyList<string> names, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(names);
        ClassNames known = ClassNames
            ?? throw new InvalidOperationException("The model has no class names: ask by numbers, or give its options ClassNames.");
        return Request(known.LabelsOf(names), seed);
    }

    /// <summary>Frees the network.</summary>
    public void Dispose()
    {
        Network.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Checks that a network puts out what a process needs.</summary>
    internal static void RequireFit(INetworkDescription description, int outputs, ReverseDiffusion process)
    {
        int expected = process.Options.Variance.OutputsPerElement * description.InChannels;
        if (outputs == expected) return;
        string option = description switch
        {
            UNetDescription => nameof(UNetOptions.OutChannels),
            MlpDescription => nameof(MlpOptions.Outputs),
            _ => nameof(description.Describe),
        };
        throw new ArgumentException(
            $"The network puts out {outputs} channels for {description.InChannels}, but "
            + $"{process.Options.Variance.GetType().Name} needs {expected}: {option} and "
            + $"{nameof(ReverseDiffusionOptions.Variance)} disagree.", nameof(process));
    }
}
