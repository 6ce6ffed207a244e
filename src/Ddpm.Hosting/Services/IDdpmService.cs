namespace Ddpm.Hosting;

/// <summary>
/// Draws with one model: requests wait in a bounded queue, callers take turns, and one worker draws. Results are plain memory. Several
/// threads may ask at once.
/// </summary>
public interface IDdpmService
{
    /// <summary>Gets the name of the model.</summary>
    string Name { get; }

    /// <summary>Gets whether the service is well.</summary>
    ServiceStatus Status { get; }

    /// <summary>Describes the model, which is loaded first if it is not.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The model and its limits.</returns>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded.</exception>
    Task<ModelInformation> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>Draws the pictures of a request.</summary>
    /// <param name="request">What to draw. Default: one picture.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The pictures.</returns>
    /// <exception cref="SampleRequestException">Fields of the request are wrong.</exception>
    /// <exception cref="QueueFullException">As many requests wait as may.</exception>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded, or the host stops.</exception>
    /// <exception cref="TimeoutException">The request waited or ran longer than the options allow.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled, or the host stopped.</exception>
    Task<GeneratedImages> SampleAsync(SampleRequest? request = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Draws pictures and shows the run: each preview is the latest, so that a slow reader skips some and delays nothing. The last has the
    /// finished pictures. Leaving the loop stops the run within one step.
    /// </summary>
    /// <param name="request">What to draw. Default: one picture.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The previews.</returns>
    /// <exception cref="SampleRequestException">Fields of the request are wrong.</exception>
    /// <exception cref="QueueFullException">As many requests wait as may.</exception>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded, or the host stops.</exception>
    /// <exception cref="TimeoutException">The request waited or ran longer than the options allow.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled, or the host stopped.</exception>
    IAsyncEnumerable<SamplingPreview> StreamAsync(SampleRequest? request = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the model again, with the options as they are now. Requests that wait or run end with the old model, which is freed then; a
    /// model that cannot be loaded leaves the old one in place.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the loading.</param>
    /// <returns>The end of loading.</returns>
    /// <exception cref="ModelUnavailableException">The model cannot be loaded.</exception>
    Task ReloadAsync(CancellationToken cancellationToken = default);
}
