namespace Ddpm.Inference;

/// <summary>x / divisor.</summary>
internal sealed class DivideOperation(Feature x, double divisor) : Operation(x)
{
    /// <summary>Gets what each number is divided by.</summary>
    public double Divisor => divisor;
}
