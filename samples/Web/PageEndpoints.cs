namespace Ddpm.Web;

/// <summary>The page: files inside the program.</summary>
internal static class PageEndpoints
{
    // Nothing from elsewhere, nothing inline: what a picture's name or an error says can never become a script.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src "
        + "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Folder = "Page/";

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (string resource in typeof(PageEndpoints).Assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Folder, StringComparison.Ordinal)) continue;
            string file = resource[Folder.Length..];
            Serve(routes, file == "index.html" ? "/" : "/" + file, resource, ContentType(file));
        }
    }

    private static string ContentType(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"The page's file {file} must be HTML, CSS, JavaScript or SVG."),
    };

    private static void Serve(IEndpointRouteBuilder routes, string path, string resource, string contentType)
    {
        using Stream stream = typeof(PageEndpoints).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        routes.MapGet(path, (HttpResponse response) =>
        {
            response.Headers.ContentSecurityPolicy = Policy;
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(bytes, contentType);
        });
    }
}
