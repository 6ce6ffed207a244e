namespace Ddpm.Benchmarks;

/// <summary>A table for the docs, written row by row.</summary>
internal static class MarkdownTable
{
    /// <summary>Begins a table.</summary>
    /// <param name="words">How many columns, the first, are words; the rest are numbers.</param>
    /// <param name="columns">Their names.</param>
    public static void Begin(int words, params IReadOnlyList<string> columns)
    {
        Console.WriteLine();
        Row(columns);
        Console.WriteLine($"|{string.Concat(columns.Select((_, column) => column < words ? "---|" : "---:|"))}");
    }

    /// <summary>Writes a row.</summary>
    public static void Row(params IReadOnlyList<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
