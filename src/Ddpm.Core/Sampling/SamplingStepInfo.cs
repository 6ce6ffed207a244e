using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Describes where a sampling run is.</summary>
/// <param name="Process">The process that the sampler runs.</param>
/// <param name="Timestep">The timestep t of the transition x_t → x_{t-1}.</param>
/// <param name="Xt">The noisy samples x_t, [B, …]; do not modify or dispose it.</param>
/// <param name="SampleIndices">The number of each sample of the batch.</param>
public sealed record SamplingStepInfo(ReverseDiffusion Process, int Timestep, Tensor Xt, IReadOnlyList<long> SampleIndices);
