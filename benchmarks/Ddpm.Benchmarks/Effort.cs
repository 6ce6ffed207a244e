namespace Ddpm.Benchmarks;

/// <summary>How much is measured: enough for a table, or with <c>--quick</c> little, to see that everything runs.</summary>
internal static class Effort
{
    /// <summary>Whether this run is to be short.</summary>
    public static bool IsQuick { get; set; }

    /// <summary>The one or the other.</summary>
    public static T Of<T>(T full, T quick) => IsQuick ? quick : full;
}
