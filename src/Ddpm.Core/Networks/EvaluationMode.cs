namespace Ddpm.Core;

/// <summary>The check of everything that measures or samples a network.</summary>
internal static class EvaluationMode
{
    /// <summary>Throws where dropout is at work.</summary>
    /// <param name="model">The network.</param>
    /// <param name="spoilt">What dropout spoils.</param>
    /// <param name="when">When eval() is to be called.</param>
    /// <exception cref="InvalidOperationException">The network is in training mode.</exception>
    public static void RequireEvaluationMode(this IEpsilonModel model, string spoilt, string when = "before")
    {
        if (!model.InTrainingMode) return;
        throw new InvalidOperationException($"The model is in training mode, where dropout spoils {spoilt}: call eval() on it {when}.");
    }
}
