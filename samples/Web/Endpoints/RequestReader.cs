using System.Text.Json;
using Ddpm.Core;

namespace Ddpm.Web;

/// <summary>From the body of a request to the settings of a run, or to the error that answers it.</summary>
internal sealed class RequestReader(SettingsReader settingsReader, ServerOptions options)
{
    private const string Source = "The body";
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 4 };

    public async Task<(JobSettings? Settings, IResult? Error)> ReadAsync(HttpRequest request)
    {
        // A page of another site can send text, but not JSON, without asking this server first.
        if (!request.HasJsonContentType()) return (null, Problems.NotJson(request.ContentType));
        try
        {
            JsonElement body = StrictJson.Parse(await BytesAsync(request), Source, Shallow);
            JobSettings? settings = settingsReader.Read(body, out IReadOnlyList<FieldError> errors);
            return (settings, settings is null ? Problems.BadFields(errors) : null);
        }
        catch (InvalidDataException exception)
        {
            return (null, Problems.BadJson(exception.Message));
        }
        catch (OperationCanceledException) when (!request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return (null, Problems.BodyTooSlow(options.BodyTimeout));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, Problems.BodyTooLarge(options.MaxBodyBytes));
        }
        catch (BadHttpRequestException exception)
        {
            return (null, Problems.BadBody(exception));
        }
    }

    private async Task<ReadOnlyMemory<byte>> BytesAsync(HttpRequest request)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted);
        time.CancelAfter(options.BodyTimeout);
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, time.Token);
        return bytes.ToArray();
    }
}
