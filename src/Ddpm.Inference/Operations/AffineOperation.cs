namespace Ddpm.Inference;

/// <summary>x · multiplier + addend.</summary>
internal sealed class AffineOperation(Feature x, double multiplier, double addend) : Operation(x)
{
    /// <summary>What each number is multiplied by.</summary>
    public double Multiplier => multiplier;

    /// <summary>What is added then.</summary>
    public double Addend => addend;
}
