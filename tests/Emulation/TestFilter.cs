namespace Emulation;

/// <summary>Which tests run.</summary>
/// <param name="arguments"><c>Class</c> or <c>Class.Method</c> leaves tests out; with a <c>+</c> before it, it runs these alone.</param>
internal sealed class TestFilter(IEnumerable<string> arguments)
{
    private readonly HashSet<string> without = [.. arguments.Where(argument => argument[0] != '+')];
    private readonly HashSet<string> only = [.. arguments.Where(argument => argument[0] == '+').Select(argument => argument[1..])];

    /// <summary>Says whether a method is to run.</summary>
    /// <param name="type">The test class with its namespace.</param>
    /// <param name="method">The method.</param>
    public bool Includes(string type, string method)
    {
        string name = type.Split('.')[^1], full = $"{name}.{method}";
        return (only.Count == 0 || only.Contains(name) || only.Contains(full)) && !without.Contains(name) && !without.Contains(full);
    }
}
