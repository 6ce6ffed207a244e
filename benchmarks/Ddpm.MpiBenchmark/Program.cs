using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Distributed.Mpi;
using Ddpm.MpiBenchmark;

// See docs/distributed.md: [mpirun -np 2] dotnet Ddpm.MpiBenchmark.dll step|allreduce|dropout …
return Failure.Run(Console.Error, verbose: true, () =>
{
    TorchRuntime.EnsureLoaded();
    using ICommunicator ranks = MpiCommunicator.Start();
    string[] lines = ranks.Together(() => args switch
    {
        ["step", var network, var batch, var steps] => StepTime.Measure(ranks, network, Number(batch), Number(steps)),
        ["allreduce", var count, var repeats] => AllReduce.Measure(ranks, Number(count), Number(repeats)),
        ["dropout", var count, var repeats] => Drawing.Measure(Number(count), Number(repeats)),
        _ => throw new UsageException(
            "step cifar|quickstart <batch of all ranks> <steps>, allreduce <numbers> <repeats>, or dropout <numbers> <repeats>"),
    });
    if (ranks.Rank == 0) Console.WriteLine(string.Join('\n', lines));
    return ExitCode.Done;
});

static int Number(string text) =>
    int.TryParse(text, out int number) && number > 0 ? number : throw new UsageException($"A number must be above 0, but is {text}.");
