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

    /// <summary>The shape of one sample: [C, H, W] of images, [C, L] of signals.</summary>
    public IReadOnlyList<long> SampleShape => [.. Network.Options.SampleShape.Select(size => (long)size)];

    /// <summary>The names of the network's classes; null where they have numbers only.</summary>
    public ClassNames? ClassNames => Network.Options.ClassNames;

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
