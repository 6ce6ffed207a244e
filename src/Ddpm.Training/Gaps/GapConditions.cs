using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>What a network that fills gaps is given: the known numbers, 0 elsewhere, and where they are known.</summary>
internal static class GapConditions
{
    public const string Observed = "observed", Mask = "mask";

    /// <summary>Names the tensors, both [B, C, L].</summary>
    public static Dictionary<string, Tensor> Of(Tensor observed, Tensor mask) => new() { [Observed] = observed, [Mask] = mask };
}
