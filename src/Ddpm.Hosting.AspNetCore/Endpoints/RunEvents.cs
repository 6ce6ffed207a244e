using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Ddpm.Hosting;

/// <summary>
/// A run as it happens, as server-sent events whose type is the run's state. The stream begins with the present snapshot, so that a page
/// may reconnect at any time, and ends with the run.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="address">The path of the endpoints.</param>
/// <param name="withImages">Whether the last event holds the pictures.</param>
internal sealed class RunEvents(Run run, string address, bool withImages)
{
    // A browser's default is three seconds, after which a run without watchers is cancelled.
    private static readonly TimeSpan Reconnection = TimeSpan.FromMilliseconds(500);
    private readonly RunJson job = new(run, address);

    /// <summary>Follows the run.</summary>
    /// <param name="withStart">Whether what the run began with comes first.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<SseItem<string>> Follow(
        bool withStart, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SamplingPreview? shown = null;
        await foreach (RunSnapshot snapshot in run.Watch(cancellationToken).ConfigureAwait(false))
        {
            if (withStart && snapshot is { Start: { } start, State: RunState.Running or RunState.Finished })
            {
                withStart = false;
                yield return Event(new RunSnapshot(RunState.Running), start);
            }

            SamplingPreview? preview = snapshot.Preview == shown ? null : snapshot.Preview;
            yield return Event(snapshot, preview);
            shown = snapshot.Preview;
        }
    }

    private SseItem<string> Event(RunSnapshot snapshot, SamplingPreview? preview)
    {
        string data = JsonAnswer.Text(json =>
        {
            job.WriteField(json, snapshot);
            if (preview is not null) Write(json, preview);
            if (withImages && snapshot.State == RunState.Finished) RunJson.WriteImages(json, run.Result!);
        });
        return new SseItem<string>(data, RunJson.Name(snapshot.State))
        {
            EventId = snapshot.Step.ToString(CultureInfo.InvariantCulture),
            ReconnectionInterval = Reconnection,
        };
    }

    private static void Write(Utf8JsonWriter json, SamplingPreview preview)
    {
        if (preview.X0 is { } estimates) RunJson.WriteSheet(json, "preview", estimates);
        RunJson.WriteSheet(json, "noisy", preview.Xt);
        json.WriteNumber("previewColumns", preview.Xt.SquareColumns);
    }
}
