namespace Ddpm.Inference;

/// <summary>x · multiplier + addend.</summary>
internal sealed class AffineOperation(Feature x, double multiplier, double addend) : Operation(x)
{
    /// <summary>Gets what each number is multiplied by.</summary>
    public double Multiplier => multiplier;

    /// <summary>Gets what is added then.</summary>
    public double Addend => addend;
}
