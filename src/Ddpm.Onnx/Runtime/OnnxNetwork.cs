using System.Buffers;
using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>A noise predictor in ONNX Runtime under <see cref="InferenceSampler"/>. Dispose it to free the model.</summary>
/// <param name="session">The model; disposed with the network.</param>
internal sealed unsafe class OnnxNetwork(OnnxSession session) : ISpanNetwork, IDisposable
{
    public int SpatialDimensions => session.Signature.Sample.Sizes.Length - 2;

    public int InChannels => session.InChannels;

    public int OutChannels => session.OutChannels;

    public int SizeMultiple => session.Metadata.SizeMultiple;

    public int ClassCount => session.ClassCount;

    public ClassNames? ClassNames => session.Metadata.ClassNames;

    public bool HasNullLabel => session.HasNullLabel;

    public IReadOnlyList<NetworkCondition> Conditions => session.Conditions;

    public void Prepare(ReadOnlySpan<int> shape) => session.Signature.RequireShape(Long(shape));

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
        var pins = new MemoryHandle[conditions.Length];
        var given = new float*[conditions.Length];
        try
        {
            for (int i = 0; i < pins.Length; i++)
            {
                pins[i] = conditions[i].Pin();
                given[i] = (float*)pins[i].Pointer;
            }

            fixed (float* from = x, to = prediction) session.Predict(from, Long(shape), timesteps, labels, given, to);
        }
        finally
        {
            foreach (ref MemoryHandle pin in pins.AsSpan()) pin.Dispose();
        }
    }

    public void Dispose() => session.Dispose();

    private static long[] Long(ReadOnlySpan<int> shape) => Array.ConvertAll(shape.ToArray(), size => (long)size);
}
