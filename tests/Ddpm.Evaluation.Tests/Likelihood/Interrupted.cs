using Ddpm.Core;
using Ddpm.Tests;

namespace Ddpm.Evaluation.Tests.Likelihood;

/// <summary>Evaluations that stop on the way, and what is done to their progress files.</summary>
internal static class Interrupted
{
    /// <summary>Evaluates until something holds, which must happen.</summary>
    public static void Evaluate(Action<IProgress<BoundProgress>, CancellationToken> evaluate, Func<BoundProgress, bool> stops)
    {
        using var stop = new CancellationTokenSource();
        var progress = new Relay<BoundProgress>(at =>
        {
            if (stops(at)) stop.Cancel();
        });
        FluentActions.Invoking(() => evaluate(progress, stop.Token)).Should().Throw<OperationCanceledException>();
    }

    /// <summary>Evaluates some examples, the first batch.</summary>
    public static void EvaluateFirst(int examples, Action<IProgress<BoundProgress>, CancellationToken> evaluate) =>
        Evaluate(evaluate, at => at.ExamplesDone == examples);

    /// <summary>Changes the first place of a text in a file, which must have it.</summary>
    public static void Change(string file, string then, string now)
    {
        string text = File.ReadAllText(file);
        int place = text.IndexOf(then, StringComparison.Ordinal);
        place.Should().BePositive();
        File.WriteAllText(file, text[..place] + now + text[(place + then.Length)..]);
    }
}
