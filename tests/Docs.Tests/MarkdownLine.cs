namespace Docs.Tests;

/// <summary>A line of a page.</summary>
/// <param name="Number">Its place among the lines that are no marks of fences.</param>
/// <param name="Text">What it says.</param>
/// <param name="Fence">The language of the fence around it; null outside of fences.</param>
internal sealed record MarkdownLine(int Number, string Text, string? Fence)
{
    /// <summary>Whether the line may be long: a row of a table, or a block whose lines cannot be broken.</summary>
    public bool CannotBreak => Fence is null ? Text.TrimStart().StartsWith('|') : Fence is not ("csharp" or "bash");
}
