namespace Ddpm.Hosting;

/// <summary>Says whether a service is well.</summary>
/// <param name="Model">Where the model is in its life.</param>
/// <param name="Problem">What went wrong when the model was last read; null where nothing did.</param>
/// <param name="IsAlive">Whether runs are drawn.</param>
/// <param name="Queued">How many requests wait.</param>
/// <param name="IsRunning">Whether a run is in progress.</param>
public sealed record ServiceStatus(ModelState Model, string? Problem, bool IsAlive, int Queued, bool IsRunning);
