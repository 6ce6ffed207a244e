namespace Ddpm.Inference;

/// <summary>
/// Dropout (Srivastava et al. 2014): while training, zeroes numbers and scales the others up. A prediction leaves all as they are.
/// </summary>
internal sealed class DropoutOperation(Feature x, double probability) : Operation(x)
{
    /// <summary>Gets With which probability a number becomes 0.</summary>
    public double Probability => probability;
}
