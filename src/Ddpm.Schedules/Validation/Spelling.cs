namespace Ddpm.Core;

/// <summary>Guesses the word that a mistyped one stands for.</summary>
internal static class Spelling
{
    /// <summary>Gives "; did you mean …?", or a full stop where no word is near.</summary>
    public static string Hint(string typed, IEnumerable<string> known)
    {
        (string Word, int Distance) nearest = known.Select(word => (Word: word, Distance: Distance(typed, word)))
            .OrderBy(pair => pair.Distance).FirstOrDefault(("", int.MaxValue));
        return nearest.Distance <= Math.Max(2, typed.Length / 3) ? $"; did you mean {nearest.Word}?" : ".";
    }

    /// <summary>Words, the nearest to a mistyped one first.</summary>
    public static IEnumerable<string> Order(string typed, IEnumerable<string> known) => known.OrderBy(word => Distance(typed, word));

    // Levenshtein: insertions, deletions and replacements.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
