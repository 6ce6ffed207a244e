using System.Runtime.InteropServices;
using Ddpm.Data;
using Ddpm.Data.Folders;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary>Examples of a data set, batch by batch, read by several threads.</summary>
internal static class DatasetReader
{
    private const int MostWorkers = 8;

    /// <summary>The threads that read where the command line does not say how many.</summary>
    public static int DefaultWorkers => Math.Min(MostWorkers, Environment.ProcessorCount);

    /// <summary>The examples first … end - 1, float32 [B, C, H, W] in [-1, 1]; the caller disposes each.</summary>
    public static IEnumerable<Tensor> Read(IDataset data, int first, int end, int batchSize, int workers, CancellationToken stop)
    {
        for (int start = first; start < end; start += batchSize)
        {
            stop.ThrowIfCancellationRequested();
            int begin = start, count = Math.Min(batchSize, end - start);
            Tensor batch = empty([count, .. data.Shape], float32).DetachFromDisposeScope();
            try
            {
                OrderedLoop.Run(
                    count,
                    workers,
                    row =>
                    {
                        using Tensor place = batch.narrow(0, row, 1);
                        data.Read(begin + row, MemoryMarshal.Cast<byte, float>(place.bytes));
                    },
                    stop);
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
