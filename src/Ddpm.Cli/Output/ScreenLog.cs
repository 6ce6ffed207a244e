using Microsoft.Extensions.Logging;

namespace Ddpm.Cli.Output;

/// <summary>Shows the warnings of the libraries on the screen.</summary>
internal sealed class ScreenLog(Screen screen) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) screen.Warn(formatter(state, exception));
    }
}
