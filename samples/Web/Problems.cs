namespace Ddpm.Web;

/// <summary>The server's own errors as problem details (RFC 9457); those of the endpoints are the service's.</summary>
internal static class Problems
{
    public static IResult OtherHost(string host) => TypedResults.Problem(
        title: "The host is another.",
        detail: $"The host must be localhost, 127.0.0.1 or [::1], but is {host}.",
        statusCode: StatusCodes.Status400BadRequest);

    /// <summary>An answer that has a status and nothing else.</summary>
    public static IResult Status(int code) => TypedResults.Problem(statusCode: code);
}
