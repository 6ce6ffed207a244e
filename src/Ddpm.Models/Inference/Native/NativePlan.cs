using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A U-Net that is ready to predict at one shape without any operation of libtorch: steps over memory that was laid out before, by a team of threads that waits for nobody else. float32. For one thread at a time.
/// </summary>
/// <remarks>Operations of libtorch cost 10 to 30 µs each before they compute, more than a layer of a small network takes, and wake threads of their own, which then wait awake on the cores that this team computes on.</remarks>
internal sealed unsafe class NativePlan : IPredictionPlan
{
    private readonly WorkerTeam team;
    private readonly NativeTime time;
    private readonly ReadStep read;
    private readonly NativeStep[] steps;
    private readonly WriteStep write;
    private readonly Feature output;
    private readonly AlignedMemory[] memory;
    private readonly Action<NativeStep> byTeam;

    internal NativePlan(WorkerTeam team, NativeTime time, ReadStep read, NativeStep[] steps, WriteStep write, Feature output, AlignedMemory[] memory)
    {
        this.team = team;
        this.time = time;
        this.read = read;
        this.steps = steps;
        this.write = write;
        this.output = output;
        this.memory = memory;
        byTeam = team.Run;
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor x, Tensor t, Tensor? labels) => Predict(x, t, labels, byTeam);

    /// <summary>A prediction whose steps someone else has done, one after the other, such as a profile that times them.</summary>
    public Tensor Predict(Tensor x, Tensor t, Tensor? labels, Action<NativeStep> run)
    {
        using var scope = NewDisposeScope();
        x = x.contiguous();
        Tensor result = empty([output.Images, output.Channels, output.Height, output.Width], ScalarType.Float32);
        time.Begin(t, labels);
        read.Source = (float*)TensorMemory.Address(x);
        write.Target = (float*)TensorMemory.Address(result);
        // A sampler's arithmetic on large batches, or a network that predicted by itself before.
        if (team.Threads > 1) OpenMpThreads.Rest();
        foreach (NativeStep step in steps) run(step);
        return result.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (AlignedMemory piece in memory) piece.Dispose();
    }
}
