using System.Text.Json.Nodes;
using Ddpm.Cli.Arguments;

namespace Ddpm.Cli.Doctor;

/// <summary>One thing that is looked at.</summary>
/// <param name="Name">What is looked at.</param>
/// <param name="Look">Looks at it; what it throws is the finding.</param>
internal sealed record Check(string Name, Func<Finding> Look)
{
    /// <summary>Looks at it, and never throws.</summary>
    public Finding Examine()
    {
        try
        {
            return Look();
        }
#pragma warning disable CA1031 // A check that fails is a finding, and the others still count.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            string message = ErrorLine.Of(exception);
            return new Finding(message, new JsonObject { ["error"] = message }, IsBroken: true);
        }
    }
}
