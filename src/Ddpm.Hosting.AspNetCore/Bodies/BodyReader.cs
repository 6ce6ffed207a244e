using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Ddpm.Core;
using Microsoft.AspNetCore.Http;

namespace Ddpm.Hosting;

/// <summary>From the body of a request to its fields, or to the problem that answers it.</summary>
internal sealed class BodyReader(DdpmEndpointOptions options)
{
    private const string Source = "The body";
    private const int Piece = 16 * 1024;
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 4 };

    /// <summary>Reads the fields.</summary>
    /// <exception cref="ProblemException">The body is no strict JSON, too long, or does not come.</exception>
    public async Task<RequestFields> ReadAsync(HttpRequest request)
    {
        // A page of another site can send text, but not JSON, without asking this server first.
        if (!request.HasJsonContentType()) throw NotJson(request.ContentType);
        try
        {
            return new RequestFields(StrictJson.Parse(await BytesAsync(request).ConfigureAwait(false), Source, Shallow));
        }
        catch (InvalidDataException exception)
        {
            throw new ProblemException(new Problem(
                StatusCodes.Status400BadRequest, "The body is not valid JSON.", exception.Message));
        }
        catch (OperationCanceledException) when (!request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new ProblemException(new Problem(StatusCodes.Status408RequestTimeout, "The body did not come.",
                string.Create(
                    CultureInfo.InvariantCulture, $"The body must come within {options.BodyTimeout.TotalSeconds} s, but did not.")));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
    }

    private async Task<ReadOnlyMemory<byte>> BytesAsync(HttpRequest request)
    {
        if (request.ContentLength > options.MaxBodyBytes) throw TooLarge();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(request.HttpContext.RequestAborted);
        time.CancelAfter(options.BodyTimeout);
        using var bytes = new MemoryStream();
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (await request.Body.ReadAsync(piece, time.Token).ConfigureAwait(false) is > 0 and int length)
            {
                bytes.Write(piece, 0, length);
                if (bytes.Length > options.MaxBodyBytes) throw TooLarge();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return bytes.ToArray();
    }

    private static ProblemException NotJson(string? contentType) => new(new Problem(
        StatusCodes.Status415UnsupportedMediaType,
        "The body must be JSON.",
        $"Content-Type must be application/json, but is {(string.IsNullOrEmpty(contentType) ? "absent" : contentType)}."));

    private ProblemException TooLarge() => new(new Problem(
        StatusCodes.Status413PayloadTooLarge, "The body is too long.", $"The body must be at most {options.MaxBodyBytes} bytes."));
}
