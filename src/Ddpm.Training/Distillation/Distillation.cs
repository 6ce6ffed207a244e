using Ddpm.Core;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Distils a trained network into a student that samples in few steps: SFD, Simple and Fast Distillation (Zhou et al. 2024,
/// arXiv:2409.19681). The teacher draws samples by a solver with several steps for each of the student's; the student, which starts as a
/// copy of the teacher, learns to be where the teacher is after each of its steps. No data are needed.
/// </summary>
/// <remarks>
/// The student is sampled by <see cref="DdimSampler"/> with all timesteps of <see cref="Process"/>. They divide σ^(1/7) evenly, as
/// <see cref="TimestepSpacing.Karras"/> does. The paper updates the weights after each step of the student; here an update follows from all
/// steps of a batch together, so that a training step is a function of the weights and its number, and a run resumes with the same bits.
/// </remarks>
public sealed class Distillation
{
    private readonly IEpsilonModel network, teacher;
    private readonly DistillationOptions options;

    /// <summary>Prepares the distillation of a network.</summary>
    /// <param name="teacher">The trained network, in evaluation mode; the caller keeps it.</param>
    /// <param name="process">The process that it was trained with.</param>
    /// <param name="options">What is taught. Default: <see cref="DistillationOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of range, the process has too few timesteps, is respaced or leaves no signal at its end, or the network has
    /// conditions besides classes.
    /// </exception>
    public Distillation(IEpsilonModel teacher, ReverseDiffusion process, DistillationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(process);
        this.options = options = (options ?? DistillationOptions.Default).Validated();
        IVarianceSchedule schedule = process.Coefficients.Schedule;
        if (schedule is RespacedSchedule)
        {
            throw new ArgumentException(
                $"process must be the one that the network was trained with, but is respaced to {schedule.Timesteps} timesteps: a " +
                "student cannot be the teacher.", nameof(process));
        }

        long count = (long)options.Steps * options.Substeps;
        if (count >= schedule.Timesteps)
        {
            throw new ArgumentException(
                $"{nameof(options.Steps)} times {nameof(options.Substeps)} must be below {schedule.Timesteps}, the timesteps of the " +
                $"process, but is {options.Steps} · {options.Substeps} = {count}.", nameof(options));
        }

        if (teacher is IConditionalEpsilonModel { Conditions.Count: > 0 } conditional)
        {
            throw new ArgumentException(
                $"teacher must have no conditions besides classes, but has \"{conditional.Conditions[0].Name}\": only data could give it.",
                nameof(teacher));
        }

        network = teacher;
        this.teacher = options.Guidance == 1 ? teacher : Guided(teacher, options.Guidance);

        // The first of the timesteps, t = 0, stands for the clean sample.
        int[] fine = [.. TimestepSpacing.Karras(schedule, (int)count + 1, largestNoise: TimestepSpacing.LargestNoise).Skip(1)];
        TeacherProcess = process.Respace(fine);
        Process = process.Respace(fine.Where((_, i) => (i + 1) % options.Substeps == 0));
        Identity = $"{(teacher is nn.Module module ? WeightDigest.Of(module) : teacher.GetType().Name)}, {options}";
    }

    /// <summary>Gets the student's process: sample the student by <see cref="DdimSampler"/> with all of its timesteps.</summary>
    public ReverseDiffusion Process { get; }

    /// <summary>Gets the teacher's process, whose timesteps contain the student's.</summary>
    public ReverseDiffusion TeacherProcess { get; }

    /// <summary>What a resumed run must have in common with the run before.</summary>
    internal string Identity { get; }

    /// <summary>Creates the trainer of a student; run it on <see cref="Trajectories"/>.</summary>
    /// <typeparam name="TNetwork">The student's type.</typeparam>
    /// <param name="student">The student, which starts from the teacher's weights; the caller keeps it.</param>
    /// <param name="options">
    /// The training options. Default: <see cref="TrainingOptions.Default"/>, whose warm-up is long for a distillation. Their label dropout
    /// is not used: the trajectories have that of <see cref="DistillationOptions"/>.
    /// </param>
    /// <param name="logger">Receives the start and end of each run. Default: no logging.</param>
    /// <param name="communicator">The processes that train together; the caller keeps it. Default: a single process.</param>
    /// <returns>The trainer; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or the student has no parameters or is the teacher.</exception>
    /// <exception cref="DistributedException">The ranks have different options or networks; the message says which.</exception>
    public Trainer CreateTrainer<TNetwork>(
        TNetwork student, TrainingOptions? options = null, ILogger<Trainer>? logger = null, ICommunicator? communicator = null)
        where TNetwork : nn.Module, IEpsilonModel
    {
        ArgumentNullException.ThrowIfNull(student);
        if (ReferenceEquals(student, network))
        {
            throw new ArgumentException("student must be a copy of the teacher, but is the teacher: load it twice.", nameof(student));
        }

        options = (options ?? TrainingOptions.Default) with { LabelDropout = 0 };
        return Trainer.Create(student, new DistillationObjective(Process), options, logger: logger, communicator: communicator);
    }

    /// <summary>
    /// Creates the teacher's trajectories, batch after batch: each starts from its own noise, of a class that is drawn uniformly where the
    /// teacher has classes. They are for the trainer of <see cref="CreateTrainer"/> alone.
    /// </summary>
    /// <param name="sampleShape">The shape of one sample, without the batch axis: [C, H, W] for images.</param>
    /// <param name="batchSize">The number of trajectories in a batch. Range: ≥ 1.</param>
    /// <param name="seed">The seed of noise and classes.</param>
    /// <returns>
    /// The batches. One thread at a time reads them where the teacher serves one; <see cref="PrefetchedBatches"/> draws them while the
    /// student trains.
    /// </returns>
    /// <exception cref="ArgumentException">The shape does not fit the network, or <paramref name="batchSize"/> is below 1.</exception>
    public IBatchSource Trajectories(IReadOnlyList<long> sampleShape, int batchSize, long seed)
    {
        ArgumentNullException.ThrowIfNull(sampleShape);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        teacher.RequireSampleShape(sampleShape, nameof(sampleShape));
        return new TeacherTrajectories(this, teacher, options, [.. sampleShape], batchSize, seed);
    }

    private static GuidedModel Guided(IEpsilonModel teacher, double scale) =>
        teacher is IConditionalEpsilonModel { ClassCount: > 0 } conditional
            ? new GuidedModel(conditional, scale)
            : throw new ArgumentException(
                $"teacher must have classes for {nameof(DistillationOptions.Guidance)} {scale}, but {teacher.GetType().Name} has none.",
                nameof(teacher));
}
