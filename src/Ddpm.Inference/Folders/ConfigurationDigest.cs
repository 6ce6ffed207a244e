using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Inference;

/// <summary>
/// The digest of a folder's configurations that its weights carry: a folder that was half replaced by another model has weights of one and
/// configurations of the other.
/// </summary>
internal static class ConfigurationDigest
{
    /// <summary>The field of the weights' metadata.</summary>
    public const string Key = "configuration_sha256";

    /// <summary>Returns the digest of the contents of two configurations.</summary>
    public static string Of(byte[] network, byte[] process) => Convert.ToHexStringLower(Sha256.Of([.. network, 0, .. process]));

    /// <summary>
    /// Returns whether weights were written with other configurations than lie beside them; false where they carry no digest.
    /// </summary>
    public static bool HasChanged(string folder, ISafetensors weights)
    {
        string network = ModelDescription.RequireNetworkFile(folder);
        string? scheduler = ModelLayout.FindFile(folder, ModelLayout.Scheduler, ModelLayout.SchedulerConfiguration);
        if (scheduler is null || !weights.Metadata.TryGetValue(Key, out string? expected)) return false;
        return Of(Bytes(network), Bytes(scheduler)) != expected;
    }

    private static byte[] Bytes(string path) => RegularFile.ReadAllBytes(path, ConfigurationReader.DefaultLimit);
}
