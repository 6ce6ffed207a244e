using System.Diagnostics;
using System.Text;

namespace Ddpm.HostingLoad;

/// <summary>A client with a name and connections of its own.</summary>
internal sealed class LoadClient : IDisposable
{
    /// <summary>The status of an answer whose connection broke.</summary>
    public const int Broken = 0;

    private const int TextLength = 200;
    private readonly HttpClient client;

    /// <param name="address">The server.</param>
    /// <param name="caller">The name.</param>
    public LoadClient(Uri address, string caller)
    {
        // A client that leaves hangs up at once.
        var handler = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero };
        client = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.Add(LoadServer.CallerHeader, caller);
    }

    /// <summary>The body of a request for one picture in five steps, the load of most measurements.</summary>
    public static string Short(int seed) => $$"""{"sampler":"ddim","steps":5,"count":1,"seed":{{seed}}}""";

    /// <summary>Posts a request and reads the whole answer.</summary>
    public Task<Answer> PostAsync(string path, string body, string? accept = null) => SendAsync(HttpMethod.Post, path, body, accept);

    /// <summary>Gets an answer and reads it whole.</summary>
    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, null);

    /// <summary>Begins a job and returns its path.</summary>
    public async Task<string> BeginJobAsync(string body)
    {
        using HttpRequestMessage request = Request(HttpMethod.Post, "/api/jobs", body, null);
        using HttpResponseMessage answer = await client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.Location!.ToString();
    }

    /// <summary>Reads some bytes of a stream of events and hangs up.</summary>
    public async Task LeaveAsync(string body, int bytes)
    {
        using HttpRequestMessage request = Request(HttpMethod.Post, "/api/samples", body, "text/event-stream");
        using HttpResponseMessage answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await answer.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[bytes]);
    }

    public void Dispose() => client.Dispose();

    private async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string? accept)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            using HttpRequestMessage request = Request(method, path, body, accept);
            using HttpResponseMessage answer = await client.SendAsync(request);
            string text = await answer.Content.ReadAsStringAsync();
            return new Answer(
                (int)answer.StatusCode, Stopwatch.GetElapsedTime(started), answer.Headers.RetryAfter?.Delta,
                text[Math.Max(0, text.Length - TextLength)..]);
        }
        catch (HttpRequestException exception)
        {
            return new Answer(Broken, Stopwatch.GetElapsedTime(started), null, exception.Message);
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? body, string? accept)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        return request;
    }
}
