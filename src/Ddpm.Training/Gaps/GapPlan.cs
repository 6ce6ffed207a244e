namespace Ddpm.Training;

/// <summary>
/// Places windows over the gaps of a series. A window fills at most the half of it in its middle, so that it sees a quarter on either side,
/// and windows that overlap are filled one after the other, the later ones given the earlier: that leaves no seam between them, which a
/// mean of two fillings would, and each sample is one course through all gaps.
/// </summary>
internal static class GapPlan
{
    /// <summary>Returns the windows in the order of the rows that they fill.</summary>
    /// <param name="hasGap">Whether a row has a gap.</param>
    /// <param name="length">The length of a window. Range: ≥ 2. It may be longer than the series, whose end is then padded.</param>
    public static IReadOnlyList<GapWindow> Of(IReadOnlyList<bool> hasGap, int length)
    {
        var windows = new List<GapWindow>();
        int reach = Math.Max(1, length / 2), latest = Math.Max(0, hasGap.Count - length);
        for (int row = 0; row < hasGap.Count; row++)
        {
            if (!hasGap[row]) continue;
            int last = Enumerable.Range(row, Math.Min(reach, hasGap.Count - row)).Last(candidate => hasGap[candidate]);
            int start = Math.Clamp((row + last + 1) / 2 - length / 2, 0, latest);
            windows.Add(new GapWindow(start, row, last, FirstFreeWave(windows, start, length)));
            row = last;
        }

        return windows;
    }

    private static int FirstFreeWave(List<GapWindow> windows, int start, int length)
    {
        HashSet<int> taken = [.. windows.Where(window => start - window.Start < length).Select(window => window.Wave)];
        return Enumerable.Range(0, taken.Count + 1).First(wave => !taken.Contains(wave));
    }
}
