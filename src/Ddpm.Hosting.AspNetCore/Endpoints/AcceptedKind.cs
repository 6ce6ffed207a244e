using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Ddpm.Hosting;

/// <summary>The kinds of answers to choose from by the header Accept.</summary>
internal static class AcceptedKind
{
    public const string Json = "application/json";
    public const string Png = "image/png";
    public const string Zip = "application/zip";
    public const string Events = "text/event-stream";
    private static readonly string[] Kinds = [Json, Png, Zip, Events];

    /// <summary>Returns what the caller likes best; JSON where nothing fits.</summary>
    public static string Of(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)) return Json;
        foreach (MediaTypeHeaderValue type in accepted.Where(type => type.Quality != 0).OrderByDescending(type => type.Quality ?? 1))
        {
            if (Kinds.FirstOrDefault(kind => MediaTypeHeaderValue.Parse(kind).IsSubsetOf(type)) is { } kind) return kind;
        }

        return Json;
    }
}
