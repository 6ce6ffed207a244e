using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Where a sampling run is.</summary>
/// <param name="Process">The process that is sampled.</param>
/// <param name="Timestep">t of the transition x_t → x_{t-1}.</param>
/// <param name="Xt">x_t, [B, …]; not to be modified or disposed.</param>
/// <param name="SampleIndices">The number of each sample of the batch.</param>
public sealed record SamplingStepInfo(ReverseDiffusion Process, int Timestep, Tensor Xt, IReadOnlyList<long> SampleIndices);
