using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Ddpm.Hosting;

/// <summary>The routes of one model, with what OpenAPI descriptions say of them.</summary>
internal static class ModelRoutes
{
    private const string ProblemJson = "application/problem+json";

    public static void Map(IEndpointRouteBuilder routes, ModelEndpoints model)
    {
        Add(routes, HttpMethods.Get, "/model", model.DescribeAsync, "Describes the model and the limits of requests.")
            .Produces(StatusCodes.Status200OK, null, AcceptedKind.Json);
        Add(routes, HttpMethods.Post, "/samples", model.SampleAsync, "Draws pictures: as JSON, PNG, zip or server-sent events.")
            .Accepts(typeof(SampleBody))
            .Produces(StatusCodes.Status200OK, null, AcceptedKind.Json, AcceptedKind.Png, AcceptedKind.Zip, AcceptedKind.Events)
            .Produces(StatusCodes.Status503ServiceUnavailable, typeof(ProblemDetails), ProblemJson);
        Add(routes, HttpMethods.Post, "/jobs", model.SubmitAsync, "Begins a run that a page watches.")
            .Accepts(typeof(SampleBody))
            .Produces(StatusCodes.Status202Accepted, null, AcceptedKind.Json)
            .Produces(StatusCodes.Status503ServiceUnavailable, typeof(ProblemDetails), ProblemJson);
        Add(routes, HttpMethods.Get, "/jobs/{id}", model.ShowAsync, "Shows a run.")
            .Produces(StatusCodes.Status200OK, null, AcceptedKind.Json);
        Add(routes, HttpMethods.Delete, "/jobs/{id}", model.CancelAsync, "Cancels a run.")
            .Produces(StatusCodes.Status204NoContent);
        Add(routes, HttpMethods.Get, "/jobs/{id}/events", model.WatchAsync, "Shows a run as it happens.")
            .Produces(StatusCodes.Status200OK, null, AcceptedKind.Events);
        Add(routes, HttpMethods.Get, "/jobs/{id}/grid.png", model.GridAsync, "All pictures of a finished run in one.")
            .Produces(StatusCodes.Status200OK, null, AcceptedKind.Png);
        Add(routes, HttpMethods.Get, "/jobs/{id}/images/{number}.png", model.ImageAsync, "One picture of a finished run.")
            .Produces(StatusCodes.Status200OK, null, AcceptedKind.Png);
        Add(routes, HttpMethods.Get, "/jobs/{id}/images.zip", model.ArchiveAsync, "All pictures of a finished run, with their settings.")
            .Produces(StatusCodes.Status200OK, null, AcceptedKind.Zip);
    }

    private static IEndpointConventionBuilder Add(
        IEndpointRouteBuilder routes, string method, string pattern, RequestDelegate handler, string summary) =>
        routes.MapMethods(pattern, [method], Guarded(handler))
            // Descriptions of an API list endpoints that have a method.
            .WithMetadata(handler.Method).WithSummary(summary).WithTags("Ddpm")
            .Produces(StatusCodes.Status400BadRequest, typeof(ProblemDetails), ProblemJson);

    // Whatever a client sends is answered with a problem that says what was wrong with it.
    private static RequestDelegate Guarded(RequestDelegate handler) => async context =>
    {
        try
        {
            await handler(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
        }
        catch (Exception exception) when (!context.Response.HasStarted && exception is not OutOfMemoryException)
        {
            await Problem.Of(exception).WriteAsync(context).ConfigureAwait(false);
        }
    };

    private static IEndpointConventionBuilder Produces(
        this IEndpointConventionBuilder endpoint, int status, Type? type = null, params string[] contentTypes) =>
        // Descriptions leave out the kinds of content of answers without a type.
        endpoint.WithMetadata(
            new ProducesResponseTypeMetadata(status, type ?? (contentTypes.Length > 0 ? typeof(object) : typeof(void)), contentTypes));

    // Without a kind of content, which routing would hold requests to, and answer others without a word: BodyReader says what is wrong.
    private static IEndpointConventionBuilder Accepts(this IEndpointConventionBuilder endpoint, Type type) =>
        endpoint.WithMetadata(new AcceptsMetadata([], type));

    private static IEndpointConventionBuilder WithSummary(this IEndpointConventionBuilder endpoint, string summary) =>
        endpoint.WithMetadata(new EndpointSummaryAttribute(summary));
}
