using Ddpm.Core;
using Ddpm.Inference;
using static TorchSharp.torch;

namespace Ddpm.Web;

/// <summary>A network on tensors as one on plain memory, so that a service draws with libtorch on any device.</summary>
/// <param name="network">The network, in evaluation mode.</param>
/// <param name="channels">The channels of a picture.</param>
/// <param name="outputs">The channels of a prediction.</param>
/// <param name="device">Where the network is.</param>
/// <param name="owned">What is disposed with the network.</param>
internal sealed class TensorNetwork(
    IConditionalEpsilonModel network, int channels, int outputs, Device device, IDisposable? owned) : ISpanNetwork, IDisposable
{
    public int SpatialDimensions => 2;

    public int InChannels => channels;

    public int OutChannels => outputs;

    public int ClassCount => network.ClassCount;

    public ClassNames? ClassNames => (network as Ddpm.Models.DescribedNetwork)?.Description.ClassNames;

    public bool HasNullLabel => network.ClassCount > 0 && network.HasNullLabel;

    public void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<float> timesteps, ReadOnlySpan<long> labels, Span<float> prediction)
    {
        using var scope = NewDisposeScope();
        using IDisposable evaluation = no_grad();
        Tensor xt = tensor(x.ToArray()).reshape(Array.ConvertAll(shape.ToArray(), length => (long)length)).to(device);
        Tensor t = tensor(timesteps.ToArray()).to(int64).to(device);
        Tensor? classes = labels.IsEmpty
            ? null
            : tensor(Array.ConvertAll(labels.ToArray(), label => label == ClassCount ? -1 : label)).to(device);
        Tensor answer = network.Predict(xt, t, classes).to(float32).cpu().contiguous();
        answer.data<float>().CopyTo(prediction);
    }

    public void Dispose() => owned?.Dispose();
}
