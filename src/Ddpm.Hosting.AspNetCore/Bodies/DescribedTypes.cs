using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Ddpm.Hosting;

/// <summary>The JSON of requests and problems for descriptions of an API in programs without reflection.</summary>
[JsonSerializable(typeof(SampleBody))]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(object))]
internal sealed partial class DescribedTypes : JsonSerializerContext;
