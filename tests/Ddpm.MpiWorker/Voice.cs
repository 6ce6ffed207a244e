using Ddpm.Core;

namespace Ddpm.MpiWorker;

/// <summary>What the ranks say: every line begins with the rank.</summary>
internal static class Voice
{
    /// <summary>Who hears it. Tests that run a rank in their own process listen here.</summary>
    public static TextWriter Listener { get; set; } = Console.Out;

    /// <summary>Writes one line, in one piece.</summary>
    public static void Say(ICommunicator ranks, string text) => Listener.Write($"{ranks.Rank}> {text}\n");
}
