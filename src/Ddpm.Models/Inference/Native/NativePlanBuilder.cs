using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// Takes a network's layers in their order and makes the steps of a <see cref="NativePlan"/>: which step a layer becomes follows from its shape alone. The features it returns get their place in memory at the end, when it
/// is known how long each is needed. Dispose it where no plan came of it.
/// </summary>
internal abstract unsafe class NativePlanBuilder : IDisposable
{
    private readonly List<AlignedMemory> memory = [];
    private readonly List<Feature> features = [];
    private readonly List<NativeStep> steps = [];

    /// <param name="images">How many images.</param>
    /// <param name="threads">How many threads share the work.</param>
    /// <param name="mostChannels">The channels that a feature has at most, joined ones too.</param>
    protected NativePlanBuilder(int images, int threads, int mostChannels)
    {
        Images = images;
        Threads = threads;
        Zeros = (nint)Allocate(Feature.Filled(mostChannels));
    }

    /// <summary>Which way each layer goes.</summary>
    public LayerPaths Paths { get; } = new();

    protected int Images { get; }

    protected int Threads { get; }

    /// <summary>What a convolution sees beyond the border.</summary>
    protected nint Zeros { get; }

    /// <summary>A builder whose kernels compute with 16 or 8 numbers at once.</summary>
    public static NativePlanBuilder Create(int lanes, int images, int threads, int mostChannels) =>
        lanes == 16 ? new NativePlanBuilder<Lanes512>(images, threads, mostChannels) : new NativePlanBuilder<Lanes256>(images, threads, mostChannels);

    /// <summary>x_t as a feature: the first layer.</summary>
    public abstract Feature Read(int channels, PlaneSize size, bool center);

    /// <summary>The time embedding: before all layers that ask for <see cref="Time"/>.</summary>
    /// <param name="frequencies">The sinusoid's frequencies, float32.</param>
    /// <param name="channels">The sinusoid's channels: twice the frequencies, or one more.</param>
    /// <param name="cosineFirst">Whether cosines come before sines.</param>
    /// <param name="first">The first dense layer.</param>
    /// <param name="second">The second.</param>
    /// <param name="classes">The class embedding; null for none.</param>
    public abstract void BeginTime(Tensor frequencies, int channels, bool cosineFirst, (Tensor Weight, Tensor Bias) first, (Tensor Weight, Tensor Bias) second, Tensor? classes);

    /// <summary>A block's part of the time embedding.</summary>
    /// <param name="weight">The projection's weight.</param>
    /// <param name="bias">Its bias.</param>
    /// <param name="convolutionBias">The bias of the convolution before, which is added with it; null for none.</param>
    /// <param name="scalesAndShifts">What it does.</param>
    public abstract TimeColumns Time(Tensor weight, Tensor bias, Tensor? convolutionBias, bool scalesAndShifts);

    /// <summary>A normalisation, perhaps with SiLU, of one feature or of two that are joined.</summary>
    public abstract Feature Norm(Feature first, Feature? second, Tensor weight, Tensor bias, int groups, double epsilon, bool silu, TimeColumns? time = null);

    /// <summary>A convolution, or a dense layer over pixels.</summary>
    /// <param name="sources">The input; several count as joined.</param>
    /// <param name="weight">The trained weight, [Cout, Cin, k, k] or [out, in].</param>
    /// <param name="bias">The trained bias; null for none.</param>
    /// <param name="geometry">Padding and stride.</param>
    /// <param name="residual">What is added to the result; null for nothing.</param>
    /// <param name="divisor">What the sum is divided by.</param>
    /// <param name="partOf">A trained weight that this one is made of, which names the layer; null for itself.</param>
    public abstract Feature Convolution(Feature[] sources, Tensor weight, Tensor? bias, ConvolutionGeometry geometry, Feature? residual = null, double divisor = 1, Tensor? partOf = null);

    /// <summary>A 3×3 convolution of the image twice as large, whose pixels are repeated.</summary>
    public abstract Feature Upsample(Feature source, Tensor weight, Tensor bias);

    /// <summary>Attention between the pixels of an image, without projection to the output.</summary>
    /// <param name="projected">Queries, keys and values, a third of the channels each.</param>
    /// <param name="heads">How many heads share them.</param>
    public abstract Feature Attention(Feature projected, int heads);

    /// <summary>The plan whose prediction is a feature. The builder's memory becomes the plan's.</summary>
    public NativePlan Build(Feature output, WorkerTeam team)
    {
        var write = new WriteStep(output);
        Add(write, [output], null);
        (IReadOnlyList<NativeStep> timeSteps, NativeTime time) = EndTime();
        (long[] offsets, long floats) = ArenaLayout.Of(features);
        // Values of the last head are read as whole vectors, to at most a panel beyond the last feature.
        float* arena = Allocate(floats + 4 * Feature.Block);
        for (int index = 0; index < features.Count; index++) features[index].Address = arena + offsets[index];

        NativeStep[] all = [.. timeSteps, .. steps];
        long perThread = Feature.Filled((int)all.Max(step => step.ScratchFloats)) + Feature.Block;
        var scratch = new ThreadScratch(Allocate(perThread * Threads), perThread);
        foreach (NativeStep step in all) step.Scratch = scratch;
        AlignedMemory[] kept = [.. memory];
        memory.Clear();
        return new NativePlan(team, time, (ReadStep)steps[0], all, write, output, kept);
    }

    public void Dispose()
    {
        foreach (AlignedMemory piece in memory) piece.Dispose();
    }

    /// <summary>The time embedding's steps, when all blocks have asked for their part.</summary>
    protected abstract (IReadOnlyList<NativeStep> Steps, NativeTime Time) EndTime();

    /// <summary>A feature that gets a place among others.</summary>
    protected Feature NewFeature(PlaneSize size, int channels)
    {
        var feature = new Feature(Images, size, channels);
        features.Add(feature);
        return feature;
    }

    /// <summary>Adds a step, and says what it reads and writes.</summary>
    protected void Add(NativeStep step, Feature?[] reads, Feature? writes)
    {
        if (writes is not null) writes.FirstStep = steps.Count;
        foreach (Feature? feature in reads.Append(writes))
        {
            if (feature is not null) feature.LastStep = steps.Count;
        }

        steps.Add(step);
    }

    /// <summary>Memory that lives as long as the plan; zeros.</summary>
    protected float* Allocate(long floats)
    {
        var piece = new AlignedMemory(floats);
        memory.Add(piece);
        return piece.Address;
    }

    /// <summary>A copy of a trained vector, filled with zeros up to whole blocks.</summary>
    protected nint Copy(Tensor? vector, int length)
    {
        float* copy = Allocate(Feature.Filled(length));
        if (vector is not null) Numbers(vector).CopyTo(new Span<float>(copy, length));
        return (nint)copy;
    }

    /// <summary>A trained tensor's numbers.</summary>
    protected static ReadOnlySpan<float> Numbers(Tensor trained)
    {
        if (!trained.is_contiguous()) throw new InvalidOperationException($"weights must be contiguous, but one of shape [{string.Join(", ", trained.shape)}] is not.");
        return new ReadOnlySpan<float>(TensorMemory.Address(trained), checked((int)trained.numel()));
    }
}
