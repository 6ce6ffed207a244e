namespace Ddpm.Inference;

/// <summary>A function of each number.</summary>
internal sealed class ActivationOperation(Feature x, Activation function) : Operation(x)
{
    /// <summary>Gets which function.</summary>
    public Activation Function => function;
}
