namespace Ddpm.Inference;

/// <summary>A network that one sampler asks, batch after batch. Owns what it holds for that.</summary>
internal interface IBatchNetwork : IDisposable
{
    /// <summary>Makes the network ready for a batch.</summary>
    /// <param name="rows">The examples.</param>
    /// <param name="size">Their height and width.</param>
    /// <returns>The numbers of the prediction.</returns>
    int Prepare(int rows, PlaneSize size);

    /// <summary>Predicts a batch that it was made ready for.</summary>
    /// <param name="x">x_t, [B, C, …].</param>
    /// <param name="times">The timesteps, [B].</param>
    /// <param name="labels">The rows of the class embedding, [B]; empty where the network knows no classes.</param>
    /// <param name="conditions">
    /// The conditions in the description's order, [B, C, …] or [B, C], or longer, in memory that does not move.
    /// </param>
    /// <param name="target">Receives the prediction, [B, Cout, …].</param>
    void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, float[][] conditions, Span<float> target);
}
