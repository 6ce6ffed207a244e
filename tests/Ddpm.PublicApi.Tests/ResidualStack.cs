using Ddpm.Inference;

namespace Ddpm.PublicApi.Tests;

/// <summary>
/// A network of the user's own that is no U-Net: convolutions at one size, each block told the timestep, one attention in the middle.
/// </summary>
internal sealed class ResidualStack(int channels, int width, int blocks) : INetworkDescription
{
    public int InChannels => channels;

    public int ClassCount => 2;

    public bool HasNullLabel => true;

    public Feature Describe(NetworkBuilder net)
    {
        Feature time = net.Relu(net.Add(net.Linear("time", net.Sinusoid(16), width), net.ClassEmbedding("classes", width)));
        Feature h = net.Convolution("in", net.Input, width, kernel: 5);
        for (int block = 0; block < blocks; block++)
        {
            Feature told = net.Relu(net.Add(h, net.Linear($"blocks.{block}.time", time, width)));
            h = net.Add(h, net.Convolution($"blocks.{block}.conv", told, width));
            if (block == blocks / 2) h = net.Add(h, net.SelfAttention("query", "key", "value", net.GroupNorm("norm", h, 4), heads: 2));
        }

        return net.Convolution("out", net.Tanh(net.Concatenate(h, net.Input)), channels, kernel: 1);
    }
}
