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

    public IReadOnlyList<NetworkCondition> Conditions => network.Conditions;

    public void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<float> timesteps, ReadOnlySpan<long> labels, Span<float> prediction) =>
        Predict(x, shape, timesteps, labels, [], prediction);

    public void Predict(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> shape,
        ReadOnlySpan<float> timesteps,
        ReadOnlySpan<long> labels,
        ReadOnlySpan<ReadOnlyMemory<float>> conditions,
        Span<float> prediction)
    {
        using var scope = NewDisposeScope();
        using IDisposable evaluation = no_grad();
        long[] size = Array.ConvertAll(shape.ToArray(), length => (long)length);
        Tensor xt = tensor(x.ToArray()).reshape(size).to(device);
        Tensor t = tensor(timesteps.ToArray()).to(int64).to(device);
        Tensor? classes = labels.IsEmpty
            ? null
            : tensor(Array.ConvertAll(labels.ToArray(), label => label == ClassCount ? -1 : label)).to(device);
        var given = new Dictionary<string, Tensor>();
        for (int i = 0; i < conditions.Length; i++)
        {
            NetworkCondition condition = network.Conditions[i];
            long[] rows = condition.IsVector ? [size[0], condition.Channels] : [size[0], condition.Channels, .. size[2..]];
            given.Add(condition.Name, tensor(conditions[i].ToArray()).reshape(rows).to(device));
        }

        Tensor answer = network.Predict(xt, t, new BatchConditions(classes, given)).to(float32).cpu().contiguous();
        answer.data<float>().CopyTo(prediction);
    }

    public void Dispose() => owned?.Dispose();
}
