using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Ddpm.Web;

/// <summary>The pictures of a finished run: one by one, in one, and as an archive.</summary>
internal static class DownloadEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/jobs/{id}/grid.png",
            (string id, JobStore store) =>
                Finished(id, store, (job, result) => TypedResults.Bytes(result.Grid, "image/png", $"{FileName(job)}-grid.png")));
        routes.MapGet("/api/jobs/{id}/images/{number}.png", (string id, string number, JobStore store) =>
            Finished(id, store, (job, result) => Image(job, result, number)));
        routes.MapGet("/api/jobs/{id}/images.zip", (string id, JobStore store) =>
            Finished(id, store, (job, result) => TypedResults.Bytes(Archive(job, result), "application/zip", $"{FileName(job)}.zip")));
    }

    private static IResult Image(Job job, JobResult result, string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int k) && k < result.Images.Count
            ? TypedResults.Bytes(result.Images[k], "image/png", $"{FileName(job)}-{k:D3}.png")
            : Problems.NoSuchImage(number, result.Images.Count);

    private static IResult Finished(string id, JobStore store, Func<Job, JobResult, IResult> answer) => store.Find(id) switch
    {
        null => Problems.NoSuchRun(id),
        { Result: { } result } job => answer(job, result),
        { } job => Problems.NotFinished(job),
    };

    private static string FileName(Job job) =>
        string.Create(CultureInfo.InvariantCulture, $"ddpm-{job.Settings.Sampler.Name}-{job.Settings.Steps}-seed{job.Settings.Seed}");

    // The pictures with what they were made with.
    private static byte[] Archive(Job job, JobResult result)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, ReadOnlySpan<byte> bytes)
            {
                using Stream entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }

            for (int k = 0; k < result.Images.Count; k++) Add($"{k:D3}.png", result.Images[k]);
            Add("grid.png", result.Grid);
            JobSettings settings = job.Settings;
            Add(
                "settings.json",
                JsonSerializer.SerializeToUtf8Bytes(
                    new
                    {
                        sampler = settings.Sampler.Name,
                        settings.Steps,
                        settings.Seed,
                        settings.Count,
                        settings.Label,
                        settings.Guidance,
                    },
                    JsonSerializerOptions.Web));
        }

        return buffer.ToArray();
    }
}
