using System.Globalization;

namespace Ddpm.Web;

/// <summary>Errors as problem details (RFC 9457): what was wrong, in words and in fields.</summary>
internal static class Problems
{
    public static IResult BadFields(IReadOnlyList<FieldError> errors) => TypedResults.Problem(
        title: "The request is not valid.",
        detail: string.Join(' ', errors.Select(error => error.Message)),
        statusCode: StatusCodes.Status400BadRequest,
        extensions: new Dictionary<string, object?> { ["errors"] = errors });

    public static IResult BadJson(string what) =>
        TypedResults.Problem(title: "The body is not valid JSON.", detail: what, statusCode: StatusCodes.Status400BadRequest);

    public static IResult NotJson(string? contentType) => TypedResults.Problem(
        title: "The body must be JSON.",
        detail: $"Content-Type must be application/json, but is {(string.IsNullOrEmpty(contentType) ? "absent" : contentType)}.",
        statusCode: StatusCodes.Status415UnsupportedMediaType);

    public static IResult BodyTooLarge(long limit) =>
        TypedResults.Problem(
            title: "The body is too long.",
            detail: $"The body must be at most {limit} bytes.",
            statusCode: StatusCodes.Status413PayloadTooLarge);

    public static IResult BodyTooSlow(TimeSpan limit) => TypedResults.Problem(
        title: "The body did not come.",
        detail: string.Create(CultureInfo.InvariantCulture, $"The body must come within {limit.TotalSeconds} s, but did not."),
        statusCode: StatusCodes.Status408RequestTimeout);

    public static IResult BadBody(BadHttpRequestException exception) => TypedResults.Problem(
        title: "The body cannot be read.", detail: exception.Message, statusCode: exception.StatusCode);

    public static IResult OtherHost(string host) => TypedResults.Problem(
        title: "The host is another.",
        detail: $"The host must be localhost, 127.0.0.1 or [::1], but is {host}.",
        statusCode: StatusCodes.Status400BadRequest);

    /// <summary>An answer that has a status and nothing else.</summary>
    public static IResult Status(int code) => TypedResults.Problem(statusCode: code);

    public static IResult NoSuchRun(string id) =>
        TypedResults.Problem(
            title: "There is no such run.",
            detail: $"There is no run {id}, or it is so old that its pictures are gone.",
            statusCode: StatusCodes.Status404NotFound);

    public static IResult NotFinished(Job job) => TypedResults.Problem(
        title: "The run has no pictures.",
        detail: $"The run {job.Id} must be finished, but is {JobView.Name(job.Snapshot.State)}.",
        statusCode: StatusCodes.Status409Conflict);

    public static IResult NoSuchImage(string number, int count) => TypedResults.Problem(
        title: "There is no such picture.",
        detail: $"The picture's number must be 0 … {count - 1}, but is {number}.",
        statusCode: StatusCodes.Status404NotFound);

    public static IResult QueueFull(HttpResponse response, int length, TimeSpan retryAfter)
    {
        string seconds = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        response.Headers.RetryAfter = seconds;
        return TypedResults.Problem(
            title: "The queue is full.",
            detail: $"{length} runs are waiting, which is all that may. Try again in {seconds} s.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    public static IResult RunEnded(JobSnapshot snapshot) => TypedResults.Problem(
        title: snapshot.State == JobState.Failed ? "The run failed." : "The run was cancelled.", detail: snapshot.Reason,
        statusCode: snapshot.State == JobState.Failed ? StatusCodes.Status500InternalServerError : StatusCodes.Status503ServiceUnavailable);
}
