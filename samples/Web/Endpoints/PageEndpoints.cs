namespace Ddpm.Web;

/// <summary>The page: four files inside the program.</summary>
internal static class PageEndpoints
{
    // Nothing from elsewhere, nothing inline: what a picture's name or an error says can never become a script.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src "
        + "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Serve(routes, "/", "index.html", "text/html; charset=utf-8");
        Serve(routes, "/page.css", "page.css", "text/css; charset=utf-8");
        Serve(routes, "/page.js", "page.js", "text/javascript; charset=utf-8");
        Serve(routes, "/icon.svg", "icon.svg", "image/svg+xml");
    }

    private static void Serve(IEndpointRouteBuilder routes, string path, string file, string contentType)
    {
        using Stream resource = typeof(PageEndpoints).Assembly.GetManifestResourceStream("Page/" + file)
            ?? throw new InvalidOperationException($"The program must contain Page/{file}, but does not.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        routes.MapGet(path, (HttpResponse response) =>
        {
            response.Headers.ContentSecurityPolicy = Policy;
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(bytes, contentType);
        });
    }
}
