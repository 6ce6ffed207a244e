using BenchmarkDotNet.Running;
using static TorchSharp.torch;

namespace Ddpm.Benchmarks;

/// <summary>The type that a benchmark computes in, by its name.</summary>
internal static class RowType
{
    public static ScalarType Of(BenchmarkCase measured) =>
        measured.Descriptor.WorkloadMethod.Name.EndsWith("BFloat16", StringComparison.Ordinal) ? ScalarType.BFloat16 : ScalarType.Float32;
}
