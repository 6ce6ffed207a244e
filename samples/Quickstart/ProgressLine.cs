using System.Diagnostics;

namespace Quickstart;

/// <summary>One line that is rewritten in a terminal, and a line now and then where the output goes to a file.</summary>
internal sealed class ProgressLine(TextWriter console) : IDisposable
{
    private readonly bool live = ReferenceEquals(console, Console.Out) && !Console.IsOutputRedirected;
    private long shown;
    private int width;

    public static string Time(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{time:mm\\:ss}";

    public void Show(string text, bool last)
    {
        if (!last && shown != 0 && Stopwatch.GetElapsedTime(shown).TotalSeconds < (live ? 0.2 : 10)) return;
        shown = Stopwatch.GetTimestamp();
        if (!live)
        {
            console.WriteLine(text);
            return;
        }

        console.Write('\r' + text.PadRight(width));
        width = text.Length;
        if (last) Dispose();
    }

    public void Dispose()
    {
        if (live && width > 0) console.WriteLine();
        width = 0;
    }
}
