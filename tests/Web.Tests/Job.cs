using System.Text.Json;

namespace Ddpm.Web.Tests;

/// <summary>A run as the server shows it.</summary>
internal sealed class Job(HttpClient client, string id)
{
    public JobSnapshot Snapshot
    {
        get
        {
            using HttpResponseMessage answer = client.Send(new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}"));
            using JsonDocument run = JsonDocument.Parse(answer.Content.ReadAsStream());
            return new JobSnapshot(
                run.RootElement.GetProperty("state").GetString()!,
                run.RootElement.GetProperty("step").GetInt32(),
                run.RootElement.TryGetProperty("reason", out JsonElement reason) ? reason.GetString() : null);
        }
    }
}
