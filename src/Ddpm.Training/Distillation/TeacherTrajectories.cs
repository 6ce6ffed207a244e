using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// The teacher's samples on their way from noise, at the student's timesteps: [B, T + 1, …] with x_T first and x_0 last. Trajectory k is a
/// function of the seed and k.
/// </summary>
/// <param name="distillation">The processes of both.</param>
/// <param name="teacher">The teacher, guided where it is to be.</param>
/// <param name="options">What is taught.</param>
/// <param name="sampleShape">The shape of one sample.</param>
/// <param name="batchSize">The number of trajectories in a batch.</param>
/// <param name="seed">The seed of noise and classes.</param>
internal sealed class TeacherTrajectories(
    Distillation distillation, IEpsilonModel teacher, DistillationOptions options, long[] sampleShape, int batchSize, long seed)
    : IBatchSource
{
    private readonly DiffusionSampler sampler = options.Sampler.Create(teacher, distillation.TeacherProcess);
    private readonly int classCount = teacher is IConditionalEpsilonModel { ClassCount: var count } ? count : 0;
    private readonly double labelDropout = teacher is IConditionalEpsilonModel { HasNullLabel: true } ? options.LabelDropout : 0;
    private readonly Device device = (teacher as nn.Module)?.parameters().FirstOrDefault()?.device ?? CPU;

    public int BatchSize => batchSize;

    public string Identity => FormattableString.Invariant(
        $"trajectories of {batchSize} by {distillation.Identity}, [{string.Join(", ", sampleShape)}], seed {seed}");

    public TrainingBatch Batch(long number) => Part(number, 0, batchSize);

    public TrainingBatch Part(long number, int first, int count)
    {
        BatchPart.Require(number, first, count, batchSize, "trajectory");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        long start = checked(number * batchSize) + first;
        long[]? labels = classCount == 0 ? null : [.. Enumerable.Range(0, count).Select(k => Label(start + k))];
        var request = new SamplingRequest
        {
            Count = count,
            BatchSize = count,
            SampleShape = sampleShape,
            FirstSample = start,
            Noise = new PerSampleNoise(RandomPurpose.TrajectoryNoise.Seed(seed)),
            Labels = labels,
            Device = device,
        };
        Tensor states = empty([count, distillation.Process.Coefficients.Timesteps + 1, .. sampleShape], float32);
        int place = 0;
        foreach (SamplingState state in sampler.Steps(request))
        {
            if (state.Step % options.Substeps == 0) states.select(1, place++).copy_(state.X);
        }

        return new TrainingBatch(states, labels);
    }

    private long Label(long trajectory)
    {
        var random = new CounterBasedRandom(RandomPurpose.TrajectoryLabel.Seed(seed), trajectory, 0);
        return random.Uniform(0) < labelDropout ? -1 : random.UniformBelow(1, classCount);
    }
}
