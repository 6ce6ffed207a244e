namespace Ddpm.Inference;

/// <summary>How much a network computes and puts out for one example.</summary>
internal static class NetworkWork
{
    /// <summary>
    /// Returns the floating-point operations of one prediction of one example, two for each product of convolutions, dense layers and
    /// attention: 6.22 · 2 G for the CIFAR-10 network. All else is left out.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="pixels">The pixels of x_t, or the length of a signal; 1 for vectors.</param>
    public static double Flops(NetworkGraph graph, double pixels)
    {
        double products = 0;
        foreach (Feature feature in graph.Features)
        {
            double weights = feature.Operation.Parameters.Where(parameter => parameter.Shape.Length > 1)
                .Sum(parameter => (double)parameter.Count);
            double places = Places(graph, feature, pixels);
            if (feature.Operation is not EmbeddingOperation) products += weights * places;
            // softmax(q kᵀ) v: two products of [pixels, C] and [C, pixels].
            if (feature.Operation is SelfAttentionOperation) products += 2 * places * places * feature.Channels;
        }

        return 2 * products;
    }

    /// <summary>Returns how many numbers the operations put out for one example, attention's weights and projections among them.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="pixels">The pixels of x_t, or the length of a signal; 1 for vectors.</param>
    public static double Outputs(NetworkGraph graph, double pixels)
    {
        double numbers = 0;
        foreach (Feature feature in graph.Features)
        {
            double places = Places(graph, feature, pixels);
            numbers += places * feature.Channels;
            if (feature.Operation is SelfAttentionOperation) numbers += places * (places + (3.0 * feature.Channels));
        }

        return numbers;
    }

    // The pixels of a feature.
    private static double Places(NetworkGraph graph, Feature feature, double pixels) =>
        feature.Halvings is { } halvings ? pixels / Math.Pow(1 << graph.Description.SpatialDimensions, halvings) : 1;
}
