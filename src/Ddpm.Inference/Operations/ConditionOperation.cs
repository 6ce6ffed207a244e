namespace Ddpm.Inference;

/// <summary>A tensor that the caller gives beside x_t.</summary>
/// <param name="name">The condition's name.</param>
/// <param name="index">Its place in <see cref="INetworkDescription.Conditions"/>.</param>
internal sealed class ConditionOperation(string name, int index) : Operation
{
    /// <summary>Gets the condition's name.</summary>
    public string Name => name;

    /// <summary>Gets its place among the conditions of the description.</summary>
    public int Index => index;
}
