using System.Text.Json.Serialization;

namespace Ddpm.Training;

/// <summary>Reads and writes <see cref="ReplicaState"/> as JSON without reflection, infinities and NaN included.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ReplicaState))]
internal sealed partial class ReplicaStateJson : JsonSerializerContext;
