using Microsoft.AspNetCore.Http;

namespace Ddpm.Hosting;

/// <summary>Sets the limits of the endpoints of a model, beside those of its service.</summary>
public sealed class DdpmEndpointOptions
{
    /// <summary>Gets or sets the longest body of a request, in bytes. Range: ≥ 1.</summary>
    /// <value>Default: 1 MiB, for pictures in base64.</value>
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>Gets or sets how long the body of a request may take. Range: &gt; 0.</summary>
    /// <value>Default: 10 s.</value>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many finished runs keep their pictures for download; the oldest goes first. Range: ≥ 0.</summary>
    /// <value>Default: 16.</value>
    public int KeptRuns { get; set; } = 16;

    /// <summary>
    /// Gets or sets how long a run of <c>POST jobs</c> continues without watchers: enough to reload a page or to reconnect. Range: &gt; 0.
    /// </summary>
    /// <value>Default: 3 s.</value>
    public TimeSpan AbandonedAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets or sets how many pictures a request without a number gets; the model's limit holds too. Range: ≥ 1.</summary>
    /// <value>Default: 16.</value>
    public int DefaultCount { get; set; } = 16;

    /// <summary>Gets or sets the name of who asks; callers take turns.</summary>
    /// <value>Default: the name of the user, or else the remote address.</value>
    public Func<HttpContext, string> Caller { get; set; } =
        context => context.User.Identity?.Name ?? context.Connection.RemoteIpAddress?.ToString() ?? "";

    internal DdpmEndpointOptions Validated()
    {
        static void Check(string option, bool valid, string expected, object actual)
        {
            if (valid) return;
            throw new ArgumentException($"{nameof(DdpmEndpointOptions)}.{option} must be {expected}, but is {actual}.");
        }

        Check(nameof(MaxBodyBytes), MaxBodyBytes >= 1, "at least 1", MaxBodyBytes);
        Check(nameof(BodyTimeout), BodyTimeout > TimeSpan.Zero, "more than 0", BodyTimeout);
        Check(nameof(KeptRuns), KeptRuns >= 0, "at least 0", KeptRuns);
        Check(nameof(AbandonedAfter), AbandonedAfter > TimeSpan.Zero, "more than 0", AbandonedAfter);
        Check(nameof(DefaultCount), DefaultCount >= 1, "at least 1", DefaultCount);
        ArgumentNullException.ThrowIfNull(Caller);
        return this;
    }
}
