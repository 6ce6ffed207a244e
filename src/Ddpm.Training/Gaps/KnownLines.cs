namespace Ddpm.Training;

/// <summary>
/// Draws straight lines through the unknown numbers of a window's column, as the network is given them (PriSTI, Liu et al. 2023,
/// arXiv:2302.09746, section III-B): it then learns how the course differs from a line, which is less to learn than the course.
/// </summary>
internal static class KnownLines
{
    /// <summary>Replaces unknown numbers: a line joins the known ones beside them, or repeats the nearest; 0 where none is known.</summary>
    /// <param name="numbers">The numbers of a column, in rows that count as evenly spaced.</param>
    /// <param name="mask">Above 0 where a number is known.</param>
    public static void Draw(Span<float> numbers, ReadOnlySpan<float> mask)
    {
        int left = -1;
        for (int row = 0; row <= numbers.Length; row++)
        {
            if (row < numbers.Length && mask[row] == 0) continue;
            Span<float> between = numbers[(left + 1)..row];
            float from = left >= 0 ? numbers[left] : row < numbers.Length ? numbers[row] : 0;
            float to = row < numbers.Length ? numbers[row] : from;
            for (int i = 0; i < between.Length; i++) between[i] = from + (to - from) * (i + 1) / (between.Length + 1);
            left = row;
        }
    }
}
