namespace Ddpm.Cli.Output;

/// <summary>Handles progress at once, on the thread that reports it. The samples compile this file too.</summary>
internal sealed class Listener<T>(Action<T> handle) : IProgress<T>
{
    public void Report(T value) => handle(value);
}
