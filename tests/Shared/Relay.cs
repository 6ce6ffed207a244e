namespace Ddpm.Tests;

/// <summary>Progress that is handled at once, on the thread that reports it.</summary>
internal sealed class Relay<T>(Action<T> handle) : IProgress<T>
{
    public void Report(T value) => handle(value);
}
