using System.Globalization;

namespace Ddpm.Experiments;

/// <summary>How much each row of a table may cost. All rows of an experiment get the same.</summary>
internal sealed record Budget
{
    /// <summary>What the committed tables were made with: some five hours on one core.</summary>
    public static Budget Full { get; } = new();

    /// <summary>Enough to see that everything runs; the numbers mean nothing.</summary>
    public static Budget Quick { get; } = new()
    {
        Trainings = 1,
        TrainingSteps = 8,
        BatchSize = 16,
        Timesteps = 50,
        Samples = 32,
        BoundImages = 8,
        ClassifierSteps = 20,
        TrainImages = 1000,
        TestImages = 200,
        StepCounts = [5],
        Pictures = 8,
        ModelSteps = 10,
        BoundSteps = 10,
        GuidedSamples = 40,
        GuidedSteps = 5,
        DistillationUpdates = 2,
        DistillationBatch = 2,
    };

    /// <summary>Trainings of each recipe, from seeds that follow each other.</summary>
    public int Trainings { get; init; } = 2;

    /// <summary>Training steps of a row's network.</summary>
    public int TrainingSteps { get; init; } = 2000;

    /// <summary>Images in a batch of training.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>T of the process that a row is trained, sampled and evaluated with.</summary>
    public int Timesteps { get; init; } = 1000;

    /// <summary>Samples of a row.</summary>
    public int Samples { get; init; } = 512;

    /// <summary>Test images whose bound is evaluated.</summary>
    public int BoundImages { get; init; } = 128;

    /// <summary>Training steps of the classifier whose features are compared.</summary>
    public int ClassifierSteps { get; init; } = 2400;

    /// <summary>Training images, the first of the set.</summary>
    public int TrainImages { get; init; } = 60_000;

    /// <summary>Test images, the first of the set.</summary>
    public int TestImages { get; init; } = 10_000;

    /// <summary>Numbers of steps that samplers are compared at.</summary>
    public IReadOnlyList<int> StepCounts { get; init; } = [5, 10, 20, 50, 100, 250, 1000];

    /// <summary>Samples in a picture.</summary>
    public int Pictures { get; init; } = 80;

    /// <summary>Steps that the published model is sampled with.</summary>
    public int ModelSteps { get; init; } = 250;

    /// <summary>Steps that the published model's bound is evaluated with.</summary>
    public int BoundSteps { get; init; } = 1000;

    /// <summary>Samples for each scale of guidance.</summary>
    public int GuidedSamples { get; init; } = 400;

    /// <summary>Steps of a guided sample.</summary>
    public int GuidedSteps { get; init; } = 100;

    /// <summary>Updates of a distillation.</summary>
    public int DistillationUpdates { get; init; } = 680;

    /// <summary>Trajectories in a batch of a distillation.</summary>
    public int DistillationBatch { get; init; } = 8;

    /// <summary>The learning rate of a distillation after warm-up.</summary>
    public double DistillationRate { get; init; } = 2e-4;

    /// <summary>The settings that all rows of a table share; those of a distillation are in the names of its rows.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"T = {Timesteps}, {TrainingSteps} steps of {BatchSize}, {Samples} samples, bound of {BoundImages} pictures in {BoundSteps} steps, "
            + $"classifier of {ClassifierSteps} steps, {TrainImages} and {TestImages} pictures, model in {ModelSteps} steps, "
            + $"{GuidedSamples} guided samples in {GuidedSteps} steps");
}
