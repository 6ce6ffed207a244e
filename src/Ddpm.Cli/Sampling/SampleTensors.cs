using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;

namespace Ddpm.Cli.Sampling;

/// <summary>x_T and x_0 of all samples of a run, for one file.</summary>
/// <param name="shape">The shape of a sample.</param>
/// <param name="count">How many there are.</param>
internal sealed class SampleTensors(IReadOnlyList<int> shape, int count)
{
    private readonly ReadOnlyMemory<float>[] starts = new ReadOnlyMemory<float>[count], samples = new ReadOnlyMemory<float>[count];

    /// <summary>Keeps a sample.</summary>
    /// <param name="row">Its place.</param>
    /// <param name="start">x_T.</param>
    /// <param name="sample">x_0.</param>
    public void Put(int row, ReadOnlyMemory<float> start, ReadOnlyMemory<float> sample) => (starts[row], samples[row]) = (start, sample);

    /// <summary>Writes the file, in one piece or not at all.</summary>
    public void Write(string path) => AtomicFile.Write(
        path, stream => SafetensorsEncoder.Write(stream, [Content(StartTensor.Name, starts), Content("x_0", samples)]));

    private SafetensorsContent Content(string name, ReadOnlyMemory<float>[] rows) => new(
        name,
        SafetensorsType.F32,
        [count, .. shape.Select(size => (long)size)],
        stream =>
        {
            foreach (ReadOnlyMemory<float> row in rows) SafetensorsContent.WriteFloats(stream, row.Span);
        });
}
