namespace Ddpm.Hosting;

/// <summary>The runs of one caller that wait, the oldest first.</summary>
internal sealed class CallerLine(string caller)
{
    /// <summary>Gets who asks.</summary>
    public string Caller => caller;

    /// <summary>Gets the runs.</summary>
    public List<Run> Runs { get; } = [];

    /// <summary>Returns how many are of a model.</summary>
    public int CountOf(string model) => Runs.Count(run => run.ModelName == model);
}
