using System.Globalization;

namespace Ddpm.HostingLoad;

/// <summary>Counts answers by status, and the times of those that hold pictures.</summary>
internal sealed class Tally
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<int, int> statuses = [];
    private readonly List<double> times = [];

    /// <summary>Gets how many answers hold pictures.</summary>
    public int Completed
    {
        get
        {
            lock (gate) return times.Count;
        }
    }

    /// <summary>Gets how many requests a full queue refused: status 503 with Retry-After.</summary>
    public int Refused { get; private set; }

    /// <summary>Gets the answers that no load may bring: 5xx but for 503, and broken connections.</summary>
    public int Faulty => statuses.Where(status => status.Key is LoadClient.Broken or (>= 500 and not 503)).Sum(status => status.Value);

    /// <summary>Gets the statuses with their numbers.</summary>
    public string Statuses => string.Join(", ", statuses.Select(status =>
        string.Create(CultureInfo.InvariantCulture, $"{(status.Key == LoadClient.Broken ? "broken" : status.Key)}: {status.Value:N0}")));

    /// <summary>Counts an answer.</summary>
    public void Add(Answer answer)
    {
        lock (gate)
        {
            statuses[answer.Status] = statuses.GetValueOrDefault(answer.Status) + 1;
            if (answer.Status == 200) times.Add(answer.Time.TotalMilliseconds);
            if (answer is { Status: 503, RetryAfter: not null }) Refused++;
        }
    }

    /// <summary>Returns the times within which 50, 90, 99 and 100 per cent of the pictures came, in ms.</summary>
    public string[] Percentiles() => [.. new[] { 0.5, 0.9, 0.99, 1 }.Select(share => Text(At(share)))];

    /// <summary>Returns a number as the tables write it.</summary>
    public static string Text(double number) =>
        double.IsNaN(number) ? "–" : number.ToString(number < 10 ? "F1" : "N0", CultureInfo.InvariantCulture);

    /// <summary>Returns a count as the tables write it.</summary>
    public static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private double At(double share)
    {
        double[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
