namespace Ddpm.Training;

/// <summary>
/// What a random number of a training run is for. Each purpose has its own stream, so that none repeats another's numbers.
/// </summary>
internal enum RandomPurpose
{
    Order = 1,
    Flip = 2,
    Timestep = 3,
    Noise = 4,
    Dropout = 5,
    LabelDropout = 6,
    ConditionDropout = 7,
    Hiding = 8,
    ConditionNoise = 9,
    ConditionNoiseLevel = 10,
    TrajectoryNoise = 11,
    TrajectoryLabel = 12,
}
