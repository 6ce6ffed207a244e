namespace Ddpm.Hosting;

/// <summary>The numbers of a condition for the pictures of a run.</summary>
/// <param name="Values">The rows, one after the other; at least one.</param>
/// <param name="Length">The numbers of a row.</param>
internal sealed record ConditionRows(float[] Values, int Length)
{
    /// <summary>Returns the row of a picture: picture k has the k-th, over and over.</summary>
    public ReadOnlySpan<float> Of(int k) => Values.AsSpan(k % (Values.Length / Length) * Length, Length);
}
