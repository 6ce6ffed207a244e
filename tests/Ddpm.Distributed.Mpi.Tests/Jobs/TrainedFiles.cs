using System.Globalization;
using Ddpm.Models;
using TorchSharp;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>Checkpoints of two runs, number by number.</summary>
internal static class TrainedFiles
{
    public static string Checkpoint(string folder, long step) =>
        Path.Combine(folder, "checkpoints", $"step-{step.ToString("D9", CultureInfo.InvariantCulture)}");

    /// <summary>The largest difference between the same tensors of two files.</summary>
    public static double Distance(string folder, string other, long step, string file)
    {
        using SafetensorsFile first = SafetensorsFile.Open(Path.Combine(Checkpoint(folder, step), file)),
            second = SafetensorsFile.Open(Path.Combine(Checkpoint(other, step), file));
        first.Entries.Select(entry => entry.Name).Should().Equal(second.Entries.Select(entry => entry.Name));
        double largest = 0;
        foreach (SafetensorsEntry entry in first.Entries)
        {
            using var scope = torch.NewDisposeScope();
            largest = Math.Max(largest, first.Read(entry.Name).to(torch.float64).sub(second.Read(entry.Name)).abs().max().item<double>());
        }

        return largest;
    }
}
