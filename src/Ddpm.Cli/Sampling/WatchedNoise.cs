using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Cli.Sampling;

/// <summary>Shows x_T, the noise that a batch begins with, to an observer, which must not keep it.</summary>
internal sealed class WatchedNoise(INoiseSource source, Action<Tensor> initial) : INoiseSource
{
    public Tensor Draw(NoiseRequest request)
    {
        Tensor noise = source.Draw(request);
        if (request.Step == 0) initial(noise);
        return noise;
    }
}
