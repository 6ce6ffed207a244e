using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>The density of N(mean, variance): the decoder for data that is not pixels.</summary>
internal sealed class ContinuousGaussianDecoder : Decoder
{
    internal override Tensor LogLikelihoodCore(Tensor x0, Tensor mean, Tensor logVariance) =>
        logVariance.Plus(Math.Log(2 * Math.PI)).Plus((x0 - mean).Square() * (-logVariance).exp()).Times(-0.5);
}
