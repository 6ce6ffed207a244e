namespace Ddpm.Inference;

/// <summary>What a weaker model must have in common with the model that guidance leads away from it.</summary>
internal static class WeakModelRules
{
    /// <summary>Finds the first difference.</summary>
    /// <param name="network">The network of the model.</param>
    /// <param name="process">Its process.</param>
    /// <param name="weak">The network of the weaker model.</param>
    /// <param name="weakProcess">Its process; null where it states none.</param>
    /// <returns>What differs, what the model has, and what the weaker one has; null where they go together.</returns>
    public static (string What, string Expected, string Actual)? Difference(
        INetworkDescription network, ProcessDescription process, INetworkDescription weak, ProcessDescription? weakProcess)
    {
        (string What, string Expected, string Actual)[] parts =
        [
            ("dimensions", $"{network.SpatialDimensions}", $"{weak.SpatialDimensions}"),
            ("channels", $"{network.InChannels}", $"{weak.InChannels}"),
            ("classes", $"{network.ClassCount}", $"{weak.ClassCount}"),
            ("conditions", Conditions(network), Conditions(weak)),
            ("prediction", process.Prediction, weakProcess?.Prediction ?? "none"),
            ("timesteps", $"{process.Schedule.Timesteps}", $"{weakProcess?.Schedule.Timesteps}"),
        ];
        foreach ((string What, string Expected, string Actual) part in parts)
        {
            if (part.Expected != part.Actual) return part;
        }

        return null;
    }

    // With kind and channels: both networks read the same numbers.
    private static string Conditions(INetworkDescription network) =>
        network.Conditions.Count == 0 ? "none" : string.Join(", ", network.Conditions);
}
