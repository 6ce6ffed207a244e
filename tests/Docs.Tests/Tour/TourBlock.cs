namespace Docs.Tests.Tour;

/// <summary>A block of C# on a page of the tour, and the block of text directly after it.</summary>
/// <param name="Code">The code.</param>
/// <param name="Output">What the page says that the code prints; empty where it shows nothing.</param>
/// <param name="IsAbout">
/// Whether the numbers hold to a tolerance (```text about), since a network computed them in float32; else their digits are exact.
/// </param>
internal sealed record TourBlock(string Code, string Output, bool IsAbout);
