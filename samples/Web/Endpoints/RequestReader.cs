using System.Text.Json;

namespace Ddpm.Web;

/// <summary>From the body of a request to the settings of a run, or to the error that answers it.</summary>
internal sealed class RequestReader(SettingsReader settingsReader, ServerOptions options)
{
    public async Task<(JobSettings? Settings, IResult? Error)> ReadAsync(HttpRequest request)
    {
        // A page of another site can send text, but not JSON, without asking this server first.
        if (!request.HasJsonContentType()) return (null, Problems.NotJson(request.ContentType));
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(
                request.Body,
                new JsonDocumentOptions { MaxDepth = 4 },
                request.HttpContext.RequestAborted);
            JobSettings? settings = settingsReader.Read(body.RootElement, out IReadOnlyList<FieldError> errors);
            return (settings, settings is null ? Problems.BadFields(errors) : null);
        }
        catch (JsonException exception)
        {
            return (null, Problems.BadJson(exception.Message));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, Problems.BodyTooLarge(options.MaxBodyBytes));
        }
    }
}
