using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Ddpm.Data;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary>Examples of a data set, batch by batch, read by several threads.</summary>
internal static class DatasetBatches
{
    /// <summary>So many examples, evenly spread, for folders are sorted by class; all where null.</summary>
    public static long[] Choose(int available, int? count) => count is { } some && some < available ? [.. Enumerable.Range(0, some).Select(i => (long)i * available / some)] : [.. Enumerable.Range(0, available).Select(i => (long)i)];

    /// <summary>float32 [B, C, H, W] in [-1, 1]; the caller disposes each.</summary>
    public static IEnumerable<Tensor> Read(IDataset data, long[] indices, int batchSize, int workers, CancellationToken stop)
    {
        foreach (long[] chunk in indices.Chunk(batchSize))
        {
            stop.ThrowIfCancellationRequested();
            Tensor batch = empty([chunk.Length, .. data.Shape], float32).DetachFromDisposeScope();
            try
            {
                Parallel.For(0, chunk.Length, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = stop }, row =>
                {
                    using Tensor place = batch.narrow(0, row, 1);
                    data.Read(chunk[row], MemoryMarshal.Cast<byte, float>(place.bytes));
                });
            }
            catch (AggregateException several)
            {
                batch.Dispose();
                ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
            }
            catch
            {
                batch.Dispose();
                throw;
            }

            yield return batch;
        }
    }
}
