namespace Ddpm.Hosting;

/// <summary>The names of all models, in the order of their registration; the first is the default.</summary>
internal sealed class DdpmModels
{
    private readonly List<string> names = [];

    /// <summary>Gets the names.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Adds a name once.</summary>
    public bool Add(string name)
    {
        if (names.Contains(name, StringComparer.Ordinal)) return false;
        names.Add(name);
        return true;
    }
}
