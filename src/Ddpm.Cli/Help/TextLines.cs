namespace Ddpm.Cli.Help;

/// <summary>Breaks a text into lines between its words.</summary>
internal static class TextLines
{
    /// <summary>Gives the lines, one at least; a word that is longer than a line has one of its own.</summary>
    public static IReadOnlyList<string> Of(string text, int width)
    {
        var lines = new List<string> { "" };
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines[^1].Length == 0) lines[^1] = word;
            else if (lines[^1].Length + 1 + word.Length <= width) lines[^1] += " " + word;
            else lines.Add(word);
        }

        return lines;
    }
}
