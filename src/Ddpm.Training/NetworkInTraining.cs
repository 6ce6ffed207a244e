using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>The use of a network by one training at a time: two would move the same parameters under each other.</summary>
internal sealed class NetworkInTraining : IDisposable
{
    private static readonly ConditionalWeakTable<nn.Module, NetworkInTraining> All = [];

    private readonly nn.Module network;

    private NetworkInTraining(nn.Module network) => this.network = network;

    /// <summary>Begins to train a network; disposal ends it.</summary>
    /// <exception cref="InvalidOperationException">The network is in training already.</exception>
    public static NetworkInTraining Enter(nn.Module network)
    {
        var own = new NetworkInTraining(network);
        if (All.TryAdd(network, own)) return own;
        throw new InvalidOperationException(
            $"The {network.GetType().Name} is in training already: wait for the end of that run, or train a separate network.");
    }

    public void Dispose() => All.Remove(network);
}
