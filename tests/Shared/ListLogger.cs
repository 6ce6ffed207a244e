using Microsoft.Extensions.Logging;

namespace Ddpm.Tests;

/// <summary>Keeps the lines that are logged at a level or above.</summary>
internal sealed class ListLogger(LogLevel least = LogLevel.Information) : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add(formatter(state, exception));
}
