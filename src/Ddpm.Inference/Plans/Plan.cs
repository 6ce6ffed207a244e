namespace Ddpm.Inference;

/// <summary>
/// A network that is ready to predict at one shape: steps over memory that was laid out before, done by a team of threads. float32. For one
/// thread at a time. Dispose it to free its memory.
/// </summary>
/// <remarks>
/// An operation of a tensor library costs 10 to 30 µs before it computes, more than a layer of a small network takes. A plan allocates
/// nothing and calls nothing.
/// </remarks>
internal sealed unsafe class Plan : IDisposable
{
    private readonly WorkerTeam team;
    private readonly ConditioningRows rows;
    private readonly ReadStep read;
    private readonly IReadOnlyDictionary<int, IReadStep> conditions;
    private readonly PlanStep[] steps;
    private readonly WriteStep write;
    private readonly Plane output;
    private readonly AlignedMemory[] memory;
    private readonly Action<PlanStep> byTeam;

    internal Plan(WorkerTeam team, ConditioningRows rows, ReadStep read, IReadOnlyDictionary<int, IReadStep> conditions, PlanStep[] steps,
        WriteStep write, Plane output, LayerPaths paths, AlignedMemory[] memory)
    {
        this.team = team;
        this.rows = rows;
        this.read = read;
        this.conditions = conditions;
        this.steps = steps;
        this.write = write;
        this.output = output;
        this.memory = memory;
        Paths = paths;
        byTeam = team.Run;
    }

    /// <summary>Gets which way each layer goes.</summary>
    public LayerPaths Paths { get; }

    /// <summary>Gets the numbers of all memory that the plan holds.</summary>
    public long Floats => memory.Sum(piece => piece.Floats);

    /// <summary>Gets the prediction's numbers.</summary>
    public int OutputLength => output.Images * output.Channels * output.PixelsPerImage;

    /// <summary>Says where the numbers of a condition lie, until it is said again.</summary>
    /// <param name="index">Its place among the description's conditions.</param>
    /// <param name="values">[B, C, …] in that order, or [B, C].</param>
    public void Condition(int index, float* values)
    {
        // A condition that no layer reads has no step.
        if (conditions.TryGetValue(index, out IReadStep? step)) step.Source = values;
    }

    /// <summary>Predicts.</summary>
    /// <param name="x">x_t, [B, C, …] in that order.</param>
    /// <param name="times">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding, [B]; empty where the network knows no classes.</param>
    /// <param name="target">Receives the prediction, [B, Cout, …].</param>
    public void Predict(ReadOnlySpan<float> x, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, Span<float> target)
    {
        if (target.Length != OutputLength)
        {
            throw new ArgumentException($"target must hold {OutputLength} numbers, but holds {target.Length}.", nameof(target));
        }

        fixed (float* from = x, to = target) Predict(from, times, labels, to, byTeam);
    }

    /// <summary>
    /// Returns the same on pointers, with somebody to do the steps one after the other, such as a profile that times them.
    /// </summary>
    public void Predict(float* x, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, float* target, Action<PlanStep>? run = null)
    {
        rows.Set(times, labels);
        read.Source = x;
        write.Target = target;
        run ??= byTeam;
        foreach (PlanStep step in steps) run(step);
    }

    public void Dispose()
    {
        foreach (AlignedMemory piece in memory) piece.Dispose();
    }
}
