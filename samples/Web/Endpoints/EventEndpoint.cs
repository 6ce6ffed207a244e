using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Ddpm.Web;

/// <summary>
/// A run as it happens, as server-sent events whose type is the run's state. The stream begins with the present snapshot, so that a page
/// may reconnect at any time, and ends with the run.
/// </summary>
internal static class EventEndpoint
{
    // A browser's default is three seconds, after which a run without watchers is cancelled.
    private static readonly TimeSpan Reconnection = TimeSpan.FromMilliseconds(500);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/jobs/{id}/events", Watch);

    private static IResult Watch(string id, JobStore store, HttpContext context) =>
        store.Find(id) is { } job ? TypedResults.ServerSentEvents(Events(job, context.RequestAborted)) : Problems.NoSuchRun(id);

    private static async IAsyncEnumerable<SseItem<JobEvent>> Events(Job job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JobPreview? shown = null;
        await foreach (JobSnapshot snapshot in job.Watch(cancellationToken))
        {
            yield return new SseItem<JobEvent>(JobEvent.Of(job, snapshot, snapshot.Preview != shown), JobView.Name(snapshot.State))
            {
                ReconnectionInterval = Reconnection,
            };
            shown = snapshot.Preview;
        }
    }
}
