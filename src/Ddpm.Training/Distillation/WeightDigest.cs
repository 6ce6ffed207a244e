using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>A network's weights as a text that is equal where they are.</summary>
internal static class WeightDigest
{
    /// <summary>Returns the network's type with a digest of its weights.</summary>
    public static string Of(nn.Module network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((_, Tensor value) in network.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            hash.AppendData(value.detach().cpu().contiguous().bytes);
        }

        return $"{network.GetType().Name} {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]}";
    }
}
