using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Ddpm.Hosting;

/// <summary>An error as problem details (RFC 9457): what was wrong, in words and in fields.</summary>
/// <param name="Status">The status.</param>
/// <param name="Title">What kind of error.</param>
/// <param name="Detail">What was wrong.</param>
internal sealed record Problem(int Status, string Title, string Detail)
{
    /// <summary>Gets what is wrong field by field; null where no field is.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>Gets the time after which it may go better; null where it will not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static Problem NoSuchRun(string id) => new(
        StatusCodes.Status404NotFound, "There is no such run.", $"There is no run {id}, or it is so old that its pictures are gone.");

    public static Problem NotFinished(Run run) => new(
        StatusCodes.Status409Conflict,
        "The run has no pictures.",
        $"The run {run.Id} must be finished, but is {RunJson.Name(run.Snapshot.State)}.");

    public static Problem NoSuchImage(string number, int count) => new(
        StatusCodes.Status404NotFound, "There is no such picture.", $"The picture's number must be 0 … {count - 1}, but is {number}.");

    /// <summary>Returns what an exception says.</summary>
    public static Problem Of(Exception exception) => exception switch
    {
        ProblemException known => known.Problem,
        SampleRequestException wrong =>
            new Problem(StatusCodes.Status400BadRequest, "The request is not valid.", wrong.Message) { Errors = wrong.Errors },
        QueueFullException full =>
            new Problem(StatusCodes.Status503ServiceUnavailable, "The queue is full.", full.Message) { RetryAfter = full.RetryAfter },
        ModelUnavailableException => new Problem(StatusCodes.Status503ServiceUnavailable, "The model cannot be used.", exception.Message),
        TimeoutException => new Problem(StatusCodes.Status503ServiceUnavailable, "The run took too long.", exception.Message),
        OperationCanceledException => new Problem(StatusCodes.Status503ServiceUnavailable, "The run was cancelled.", exception.Message),
        BadHttpRequestException bad => new Problem(bad.StatusCode, "The body cannot be read.", bad.Message),
        _ => new Problem(StatusCodes.Status500InternalServerError, "The run failed.", exception.Message),
    };

    public Task WriteAsync(HttpContext context)
    {
        if (RetryAfter is { } time)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return JsonAnswer.WriteAsync(context, Status, "application/problem+json", json =>
        {
            json.WriteString("title", Title);
            json.WriteNumber("status", Status);
            json.WriteString("detail", Detail);
            if (Errors is null) return;
            json.WriteStartArray("errors");
            foreach (FieldError error in Errors)
            {
                json.WriteStartObject();
                json.WriteString("field", error.Field);
                json.WriteString("expected", error.Expected);
                json.WriteString("actual", error.Actual);
                json.WriteString("message", error.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
