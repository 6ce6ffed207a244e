namespace Ddpm.Inference;

/// <summary>A normalisation's trained numbers and options.</summary>
internal readonly unsafe record struct NormParameters(nint WeightAddress, nint BiasAddress, int Groups, double Epsilon, bool Silu)
{
    public float* Weight => (float*)WeightAddress;

    public float* Bias => (float*)BiasAddress;
}
