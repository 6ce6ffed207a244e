using Ddpm.Core;
using Ddpm.Data;

namespace Ddpm.Cli.Images;

/// <summary>Data whose classes have other names. Its numbers, and so its identity, are those of the data.</summary>
/// <param name="data">The data, which it frees.</param>
/// <param name="names">The names; at least as many as the classes.</param>
internal sealed class NamedClasses(IDataset data, ClassNames names) : IDataset, IDisposable
{
    public int Count => data.Count;

    public IReadOnlyList<long> Shape => data.Shape;

    public int ClassCount => names.Count;

    public ClassNames ClassNames => names;

    public string Identity => data.Identity;

    public long Read(long index, Span<float> example) => data.Read(index, example);

    public void Dispose() => (data as IDisposable)?.Dispose();
}
