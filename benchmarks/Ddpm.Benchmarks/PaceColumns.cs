using BenchmarkDotNet.Configs;
using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>The columns of benchmarks that predict.</summary>
internal sealed class PaceColumns : ManualConfig
{
    public PaceColumns() => AddColumn(
        new PaceColumn("ms/image", "Mean time of a prediction / batch", (seconds, measured) => 1000 * seconds / measured.Batch),
        new PaceColumn("Of roofline", "Operations a second against one 3×3 convolution 16×256×16×16, channels last, float32, in the same process", (seconds, measured) => measured.Batch * NetworkWork.Flops(measured.Options) / seconds / Roofline.FlopsPerSecond));
}
