namespace Ddpm.Tests;

/// <summary>Clients of servers in a test.</summary>
internal static class TestClient
{
    // Wine gives a client the end of a connection in place of an answer that the server has sent, once in some hundred requests.
    private static readonly bool LosesAnswers = Environment.GetEnvironmentVariable("DDPM_TEST_LOSES_ANSWERS") == "1";

    public static HttpClient Of(Uri server) => new(LosesAnswers ? new AskingAgain() : new SocketsHttpHandler())
    {
        BaseAddress = server,
        Timeout = TimeSpan.FromMinutes(2),
    };

    private sealed class AskingAgain() : DelegatingHandler(new SocketsHttpHandler())
    {
        private const int MostTimes = 3;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            for (int time = 1; ; time++)
            {
                try
                {
                    return await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException ended) when (ended.HttpRequestError == HttpRequestError.ResponseEnded && time < MostTimes)
                {
                    Console.WriteLine($"Wine lost the answer to {request.Method} {request.RequestUri}; asked again");
                }
            }
        }
    }
}
