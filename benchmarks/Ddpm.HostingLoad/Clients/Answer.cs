namespace Ddpm.HostingLoad;

/// <summary>What a client got.</summary>
/// <param name="Status">The status; 0 where the connection broke.</param>
/// <param name="Time">From the request to the end of the answer.</param>
/// <param name="RetryAfter">When the server asks the client to come back; null where it does not say.</param>
/// <param name="Text">The end of the answer's body, or what broke.</param>
internal sealed record Answer(int Status, TimeSpan Time, TimeSpan? RetryAfter, string Text);
