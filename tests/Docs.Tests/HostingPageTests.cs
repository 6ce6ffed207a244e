using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Docs.Tests;

/// <summary>The program of docs/hosting.md is short, and draws with previews.</summary>
public sealed class HostingPageTests
{
    private const int MostLines = 15;
    private static readonly string Model = Pages.Absolute("samples/models/fashion-mnist");

    [Fact]
    public async Task Program_OfThePage_DrawsWithPreviews()
    {
        MarkdownProgram program = MarkdownProgram.ReadFirst(Pages.Absolute("docs/hosting.md"));
        program.Code.Split('\n').Count(line => line.Trim().Length > 0).Should().BeLessThanOrEqualTo(MostLines);
        (byte[] bytes, string[] errors) = program.Compile();
        errors.Should().BeEmpty();
        using var hosts = new BuiltHosts();
        MethodInfo main = Assembly.Load(bytes).EntryPoint!;
        string[] arguments = ["--model", Model, "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None"];
        Task running = Task.Run(() => main.Invoke(null, [arguments]));
        IHost host = await hosts.NextAsync(running);
        try
        {
            await Started(host);
            using var client = new HttpClient { BaseAddress = new Uri(Address(host)), Timeout = TimeSpan.FromMinutes(2) };
            using HttpResponseMessage drawn = await Post(client, "image/png");
            (drawn.StatusCode, drawn.Content.Headers.ContentType!.MediaType).Should().Be((HttpStatusCode.OK, "image/png"));
            using HttpResponseMessage stream = await Post(client, "text/event-stream");
            (await stream.Content.ReadAsStringAsync()).Should().Contain("\"preview\":\"data:image/png;base64,")
                .And.Contain("event: finished");
            (await client.GetStringAsync("/health")).Should().Be("Healthy");
        }
        finally
        {
            await host.StopAsync();
            await running;
        }
    }

    private static async Task<HttpResponseMessage> Post(HttpClient client, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/samples")
        {
            Content = new StringContent("""{"sampler":"ddim","steps":4,"count":1}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd(accept);
        return await client.SendAsync(request);
    }

    private static async Task Started(IHost host)
    {
        var started = new TaskCompletionSource();
        using CancellationTokenRegistration registration = host.Services.GetRequiredService<IHostApplicationLifetime>()
            .ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static string Address(IHost host) =>
        host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>The hosts that programs of this process build, as .NET's own tools find them.</summary>
    private sealed class BuiltHosts : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly TaskCompletionSource<IHost> built = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentBag<IDisposable> subscriptions = [];

        public BuiltHosts() => subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public async Task<IHost> NextAsync(Task running)
        {
            await Task.WhenAny(built.Task, running).WaitAsync(TimeSpan.FromMinutes(1));
            if (!built.Task.IsCompleted) await running;
            return await built.Task;
        }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting") subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilt", Value: IHost host }) built.TrySetResult(host);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        public void Dispose()
        {
            foreach (IDisposable subscription in subscriptions) subscription.Dispose();
        }
    }
}
