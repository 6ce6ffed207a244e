using System.Diagnostics;
using System.Globalization;

namespace Ddpm.Distributed.Mpi;

/// <summary>Ends this process where the others do not join it in time: MPI itself would wait for them for ever.</summary>
internal sealed class StartGuard : IDisposable
{
    private readonly ManualResetEventSlim joined = new();

    /// <param name="launcher">Who started the processes; null where there was none.</param>
    /// <param name="timeout">How long they may take.</param>
    public StartGuard(Launcher? launcher, TimeSpan timeout)
    {
        if (launcher is not { Processes: > 1 }) return;
        var thread = new Thread(() =>
        {
            if (joined.Wait(timeout)) return;
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"A process of the {launcher.Processes} that {launcher.Name} started ends the job: others have not joined it within "
                    + $"{timeout.TotalSeconds:0.#} s. They run without MPI (--mpi), are another program, or were stopped."));
            Console.Error.Flush();
            // MPI_Abort may not be called before MPI_Init has returned. The launcher ends the others.
            using Process self = Process.GetCurrentProcess();
            self.Kill();
        })
        { IsBackground = true, Name = "Ddpm start of ranks" };
        thread.Start();
    }

    /// <summary>Returns all have joined.</summary>
    public void Dispose() => joined.Set();
}
