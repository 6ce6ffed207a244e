using System.Diagnostics;
using System.Globalization;

namespace Ddpm.Tests;

/// <summary>
/// Gives changed inputs to a reader, which reads each or refuses it in one line that names it. Another exception, a wait above 10 s, or
/// memory 500 MB above what the reader may take is a failure. DDPM_FUZZ_LOG names a file that receives a line for each run.
/// </summary>
/// <param name="format">What is read, for the log.</param>
/// <param name="named">What every refusal must name.</param>
internal sealed class FuzzRun(string format, string named)
{
    private const int MostFailures = 5, MostShown = 4000;
    private const long MostMemory = 500_000_000;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);
    private readonly List<string> failures = [];
    private readonly long begun = Stopwatch.GetTimestamp(), memory = PeakMemory();
    private int tried;
    private int refused;
    private long mostAllocated;
    private TimeSpan longest;

    /// <summary>The refusal of a reader, or null where it reads.</summary>
    public static string? Refusal(Action read)
    {
        try
        {
            read();
            return null;
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Adds a line to the file that DDPM_FUZZ_LOG names.</summary>
    public static void Log(string line)
    {
        if (Environment.GetEnvironmentVariable("DDPM_FUZZ_LOG") is not { Length: > 0 } log) return;
        File.AppendAllText(log, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:s}Z {line}\n"));
    }

    /// <summary>Tries an input.</summary>
    /// <param name="changed">The input, for the report of a failure.</param>
    /// <param name="read">Reads it. Returns the refusal, or null where it was read.</param>
    public void Try(byte[] changed, Func<string?> read) =>
        TryAsync(changed, () => Task.FromResult(read())).GetAwaiter().GetResult();

    /// <summary>Tries an input.</summary>
    /// <param name="changed">The input, for the report of a failure.</param>
    /// <param name="read">Reads it. Returns the refusal, or null where it was read.</param>
    public async Task TryAsync(byte[] changed, Func<Task<string?>> read)
    {
        long allocated = GC.GetTotalAllocatedBytes(), start = Stopwatch.GetTimestamp();
        try
        {
            string? refusal = await read();
            if (refusal is not null)
            {
                refused++;
                if (refusal.Length == 0 || refusal.Contains('\n') || !refusal.Contains(named, StringComparison.Ordinal))
                {
                    Fail(changed, $"the refusal must be a line that names {named}, but is {refusal}");
                }
            }
        }
        catch (Exception exception)
        {
            Fail(changed, exception.ToString());
        }

        TimeSpan time = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        if (time > MostTime) Fail(changed, $"took {time.TotalSeconds:F1} s");
        if (allocated > MostMemory) Fail(changed, $"allocated {allocated} bytes");
        longest = time > longest ? time : longest;
        mostAllocated = Math.Max(mostAllocated, allocated);
        tried++;
    }

    /// <summary>Checks that no input failed, and that enough were refused for the changes to be changes.</summary>
    /// <param name="leastRefused">The least part of the inputs that must be refused.</param>
    /// <param name="limit">The bytes that the reader may take by its own limit.</param>
    public void Require(double leastRefused, long limit = 0)
    {
        long grown = PeakMemory() - memory;
        Log(string.Create(
            CultureInfo.InvariantCulture,
            $"{format}: {tried} changed, {refused} refused, {tried - refused} read, {failures.Count} failures; " +
            $"longest {longest.TotalMilliseconds:F0} ms, most allocated {mostAllocated / 1e6:F1} MB, peak of the process grew by " +
            $"{grown / 1e6:F0} MB; {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s"));
        failures.Should().BeEmpty();
        grown.Should().BeLessThan(limit + MostMemory, "the process grows by little more than the reader's limit");
        refused.Should().BeGreaterThan((int)(leastRefused * tried));
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private void Fail(byte[] changed, string what)
    {
        string bytes = Convert.ToHexString(changed.AsSpan(0, Math.Min(changed.Length, MostShown)));
        failures.Add($"Input {tried} of {format}: {what}: {bytes}");
        if (failures.Count >= MostFailures) Require(0);
    }
}
