using System.Runtime.Intrinsics;

namespace Ddpm.Inference;

/// <summary>
/// Makes the steps of a <see cref="Plan"/>: which step a layer becomes follows from its shape alone. The planes it returns get their place
/// in memory at the end, when it is known how long each is needed. Dispose it where no plan came of it.
/// </summary>
internal abstract unsafe class PlanBuilder : IDisposable
{
    private readonly List<AlignedMemory> memory = [];
    private readonly List<Plane> planes = [];
    private readonly List<PlanStep> steps = [];
    private readonly Dictionary<int, IReadStep> conditions = [];
    private ReadStep? read;

    /// <param name="weights">The trained weights.</param>
    /// <param name="precision">How the plan keeps them.</param>
    /// <param name="images">How many examples.</param>
    /// <param name="threads">How many threads share the work.</param>
    /// <param name="mostChannels">The channels that a plane has at most.</param>
    /// <param name="ownVectors">Whether each example has vectors of its own.</param>
    protected PlanBuilder(
        IWeightSource weights, WeightPrecision precision, int images, int threads, int mostChannels, bool ownVectors)
    {
        Weights = weights;
        Precision = precision;
        Images = images;
        Threads = threads;
        Rows = new ConditioningRows(images, ownVectors);
        Zeros = (nint)Allocate(Plane.Filled(mostChannels));
    }

    /// <summary>Gets which way each layer goes.</summary>
    public LayerPaths Paths { get; } = new();

    /// <summary>Gets the timesteps and labels of each prediction.</summary>
    public ConditioningRows Rows { get; }

    protected IWeightSource Weights { get; }

    protected WeightPrecision Precision { get; }

    protected int Images { get; }

    protected int Threads { get; }

    /// <summary>Gets what a convolution sees beyond the border.</summary>
    protected nint Zeros { get; }

    /// <summary>
    /// Returns a builder whose kernels compute with 16, 8, 4 numbers at once or with one; never with more than the processor does. Programs
    /// that are compiled ahead of time carry no kernels for other widths.
    /// </summary>
    public static PlanBuilder Create(
        PlanOptions options, IWeightSource weights, int images, int threads, int mostChannels, bool ownVectors = false)
    {
        return options.Lanes switch
        {
            16 when Vector512.IsHardwareAccelerated => With<Lanes512>(),
            8 when Vector256.IsHardwareAccelerated => With<Lanes256>(),
            4 when Vector128.IsHardwareAccelerated => With<Lanes128>(),
            _ => With<Lanes32>(),
        };

        PlanBuilder With<TLanes>()
            where TLanes : unmanaged, ILanes<TLanes> =>
            new PlanBuilder<TLanes>(weights, options.Weights, images, threads, mostChannels, ownVectors);
    }

    /// <summary>Returns x_t · multiplier + addend as a plane.</summary>
    public Plane Read(int channels, PlaneSize size, float multiplier = 1, float addend = 0)
    {
        Plane target = NewPlane(size, channels);
        read = new ReadStep(target, multiplier, addend);
        Add(read, [], target);
        return target;
    }

    /// <summary>Returns a condition in the size of x_t.</summary>
    public Plane Read(ConditionOperation condition, int channels, PlaneSize size)
    {
        Plane target = NewPlane(size, channels);
        var step = new ReadStep(target, 1, 0);
        conditions.Add(condition.Index, step);
        Add(step, [], target);
        return target;
    }

    /// <summary>Returns a condition that is a vector.</summary>
    public RowColumns ReadRows(ConditionOperation condition, int channels)
    {
        Plane target = NewRows(channels);
        var step = new ReadRowsStep(Rows, target);
        conditions.Add(condition.Index, step);
        Add(step, [], null);
        return new RowColumns(target, Rows, 0, channels);
    }

    /// <summary>Returns the sines and cosines of the timesteps.</summary>
    public RowColumns Sinusoid(SinusoidOperation sinusoid)
    {
        Plane target = NewRows(sinusoid.Channels);
        Add(new SinusoidStep(Rows, sinusoid.Frequencies(), sinusoid.CosineFirst, target), [], null);
        return new RowColumns(target, Rows, 0, sinusoid.Channels);
    }

    /// <summary>Returns the vectors of the labels.</summary>
    public RowColumns Embedding(EmbeddingOperation embedding, int channels)
    {
        Plane target = NewRows(channels);
        Add(new EmbeddingStep(Rows, Classes(embedding, channels), target), [], null);
        return new RowColumns(target, Rows, 0, channels);
    }

    /// <summary>Returns Dense layers of one conditioning vector, side by side, perhaps with the vector of the label and SiLU.</summary>
    /// <param name="source">The vector.</param>
    /// <param name="names">The layers' names.</param>
    /// <param name="outputs">The channels of all results.</param>
    /// <param name="classes">What is added; null for nothing.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    public abstract RowColumns Dense(RowColumns source, IReadOnlyList<string> names, int outputs, EmbeddingOperation? classes = null,
        bool silu = false);

    /// <summary>Returns Arithmetic on each number of a conditioning vector.</summary>
    public abstract RowColumns Pointwise(RowColumns source, PointwiseTerms terms);

    /// <summary>Returns Arithmetic on each number of a plane.</summary>
    public abstract Plane Pointwise(Plane source, PointwiseTerms terms);

    /// <summary>Returns a normalisation, perhaps with SiLU, of one plane or of two that are joined.</summary>
    /// <param name="first">The first channels.</param>
    /// <param name="second">The channels after them; null for none.</param>
    /// <param name="norm">The normalisation.</param>
    /// <param name="addend">What is added to each channel before; null for nothing.</param>
    /// <param name="modulation">A scale and a shift for each channel after it; null for none.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    public abstract Plane Norm(Plane first, Plane? second, GroupNormOperation norm, RowColumns? addend, RowColumns? modulation, bool silu);

    /// <summary>Returns a convolution, or with a kernel of 1 a dense layer over pixels.</summary>
    /// <param name="sources">The input; several count as joined.</param>
    /// <param name="names">The layers whose results stand side by side.</param>
    /// <param name="outputs">The channels of all results.</param>
    /// <param name="shape">Kernel, stride and padding.</param>
    /// <param name="residual">What is added to the result; null for nothing.</param>
    /// <param name="divisor">What the sum is divided by.</param>
    public abstract Plane Convolution(
        Plane[] sources, IReadOnlyList<string> names, int outputs, ConvolutionShape shape, Plane? residual = null, double divisor = 1);

    /// <summary>Returns a 3×3 convolution of the image twice as large, whose pixels are repeated.</summary>
    public abstract Plane Upsample(Plane source, string name, int outputs, Plane? residual = null, double divisor = 1);

    /// <summary>Returns Attention between the pixels of an image, without projection of the result.</summary>
    /// <param name="projected">Queries, keys and values, a third of the channels each.</param>
    /// <param name="heads">How many heads share them.</param>
    public abstract Plane Attention(Plane projected, int heads);

    /// <summary>Returns each pixel twice in each direction.</summary>
    public Plane Repeat(Plane source, PlaneSize size)
    {
        Plane target = NewPlane(size, source.Channels);
        Add(new UpsampleStep(source, target), [source], target);
        return target;
    }

    /// <summary>Returns the channels of two planes.</summary>
    public Plane Concatenate(Plane first, Plane second)
    {
        Plane target = NewPlane(first.Size, first.Channels + second.Channels);
        Add(new ConcatenateStep(first, second, target), [first, second], target);
        return target;
    }

    /// <summary>Returns the channels of two conditioning vectors.</summary>
    public RowColumns Concatenate(RowColumns first, RowColumns second)
    {
        Plane target = NewRows(first.Channels + second.Channels);
        Add(new ConcatenateRowsStep(first, second, target), [], null);
        return new RowColumns(target, Rows, 0, target.Channels);
    }

    /// <summary>Returns the plan whose prediction is a plane. The builder's memory becomes the plan's.</summary>
    public Plan Build(Plane output, WorkerTeam team)
    {
        var write = new WriteStep(output);
        Add(write, [output], null);
        (long[] offsets, long floats) = ArenaLayout.Of(planes);
        // Values of the last head are read as whole vectors, to at most a panel beyond the last plane.
        float* arena = Allocate(floats + 4 * Plane.Block);
        for (int index = 0; index < planes.Count; index++) planes[index].Address = arena + offsets[index];

        long perThread = Plane.Filled(checked((int)steps.Max(step => step.ScratchFloats))) + Plane.Block;
        var scratch = new ThreadScratch(Allocate(perThread * Threads), perThread);
        foreach (PlanStep step in steps) step.Scratch = scratch;
        AlignedMemory[] kept = [.. memory];
        memory.Clear();
        // A network that ignores x_t reads it all the same: nobody has to ask.
        ReadStep input = read ?? throw new InvalidOperationException("the network must read x_t.");
        return new Plan(team, Rows, input, conditions, [.. steps], write, output, Paths, kept);
    }

    public void Dispose()
    {
        foreach (AlignedMemory piece in memory) piece.Dispose();
    }

    /// <summary>Returns a plane that gets a place among others.</summary>
    protected Plane NewPlane(PlaneSize size, int channels)
    {
        var plane = new Plane(Images, size, channels);
        planes.Add(plane);
        return plane;
    }

    /// <summary>
    /// Returns a row for each example, with a place of its own: conditioning vectors are needed by most steps. Whole vectors may be read
    /// beyond its end.
    /// </summary>
    protected Plane NewRows(int channels)
    {
        var rows = new Plane(Images, new PlaneSize(1, 1), channels);
        rows.Address = Allocate(rows.Floats + Plane.Block);
        return rows;
    }

    /// <summary>Adds a step, and what it reads and writes.</summary>
    protected void Add(PlanStep step, Plane?[] reads, Plane? writes)
    {
        if (writes is not null) writes.FirstStep = steps.Count;
        foreach (Plane? plane in reads.Append(writes))
        {
            if (plane is not null) plane.LastStep = steps.Count;
        }

        steps.Add(step);
    }

    /// <summary>Returns Memory that lives as long as the plan; zeros.</summary>
    protected float* Allocate(long floats)
    {
        var piece = new AlignedMemory(floats);
        memory.Add(piece);
        return piece.Address;
    }

    /// <summary>Copies of trained vectors one after the other, filled with zeros up to whole blocks.</summary>
    protected nint Copy(IEnumerable<string> names, int length)
    {
        float* copy = Allocate(Plane.Filled(length));
        var left = new Span<float>(copy, length);
        foreach (string name in names)
        {
            ReadOnlySpan<float> trained = Weights.Read(name);
            trained.CopyTo(left);
            left = left[trained.Length..];
        }

        return (nint)copy;
    }

    /// <summary>Returns the vectors of classes, each filled up to whole blocks.</summary>
    protected ClassRows Classes(EmbeddingOperation embedding, int channels)
    {
        int stride = Plane.Filled(channels);
        float* copy = Allocate((long)embedding.Rows * stride);
        ReadOnlySpan<float> table = Weights.Read($"{embedding.Name}.weight");
        for (int row = 0; row < embedding.Rows; row++)
        {
            table.Slice(row * channels, channels).CopyTo(new Span<float>(copy + (long)row * stride, channels));
        }

        return new ClassRows((nint)copy, stride);
    }
}
