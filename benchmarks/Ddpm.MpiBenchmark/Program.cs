using Ddpm.Core;
using Ddpm.Distributed.Mpi;
using Ddpm.MpiBenchmark;

// See docs/distributed.md: [mpirun -np 2] dotnet Ddpm.MpiBenchmark.dll step|allreduce|dropout …
TorchRuntime.EnsureLoaded();
using ICommunicator ranks = MpiCommunicator.Start();
string[] lines = args switch
{
    ["step", var network, var batch, var steps] => StepTime.Measure(ranks, network, int.Parse(batch), int.Parse(steps)),
    ["allreduce", var count, var repeats] => AllReduce.Measure(ranks, long.Parse(count), int.Parse(repeats)),
    ["dropout", var count, var repeats] => Drawing.Measure(int.Parse(count), int.Parse(repeats)),
    _ =>
        throw new ArgumentException(
            "step cifar|quickstart <batch of all ranks> <steps>, allreduce <numbers> <repeats>, or dropout <numbers> <repeats>"),
};
if (ranks.Rank == 0) Console.WriteLine(string.Join('\n', lines));
