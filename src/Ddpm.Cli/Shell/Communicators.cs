using Ddpm.Core;
using Ddpm.Distributed.Mpi;
using TorchSharp;

namespace Ddpm.Cli.Shell;

/// <summary>The processes of a command that runs under mpirun or srun.</summary>
internal static class Communicators
{
    /// <summary>Runs a command on its ranks, which end together: an exception on one ends all.</summary>
    /// <param name="mpi">Whether <c>--mpi</c> was given; without it the command has one process.</param>
    /// <param name="timeout">The seconds of <c>--mpi-timeout</c>; null for the defaults.</param>
    /// <param name="join">Joins the ranks of <c>--mpi</c>.</param>
    /// <param name="run">The command, given its ranks.</param>
    public static T Run<T>(bool mpi, int? timeout, Func<MpiOptions, ICommunicator> join, Func<ICommunicator, T> run)
    {
        if (!mpi)
        {
            MpiLauncher.RequireAlone("Add --mpi to have them work together");
            return run(SingleProcess.Instance);
        }

        MpiOptions options = MpiOptions.Default;
        if (timeout is { } seconds)
        {
            TimeSpan limit = TimeSpan.FromSeconds(seconds);
            options = options with { StartTimeout = limit, SilenceTimeout = limit };
        }

        using ICommunicator ranks = join(options);
        return ranks.Together(() => run(ranks));
    }

    /// <summary>The device that <c>--device</c> names; of several ranks "cuda" gives each the GPU of its number on its machine.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ranks">The ranks of the command.</param>
    /// <param name="tensorFloat32">Whether a GPU may round the factors of float32 to TF32.</param>
    public static torch.Device Device(string name, ICommunicator ranks, bool tensorFloat32)
    {
        torch.Device device = name == "cuda" && ranks.WorldSize > 1 ? ranks.Device() : new torch.Device(name);
        if (device.type == DeviceType.CUDA)
        {
            torch.backends.cuda.matmul.allow_tf32 = tensorFloat32;
            torch.backends.cudnn.allow_tf32 = tensorFloat32;
        }

        return device;
    }
}
