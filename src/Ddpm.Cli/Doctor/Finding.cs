using System.Text.Json.Nodes;

namespace Ddpm.Cli.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Text">The finding for people.</param>
/// <param name="Values">The same for programs: numbers as numbers.</param>
/// <param name="IsBroken">Whether something that commands need does not work.</param>
internal sealed record Finding(string Text, JsonObject Values, bool IsBroken = false);
