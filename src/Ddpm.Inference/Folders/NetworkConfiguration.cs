using System.Text.Json.Nodes;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>The config.json of any described network.</summary>
internal static class NetworkConfiguration
{
    private const string ClassName = "_class_name", UNet = "UNet2DModel";

    /// <summary>The configuration of a network.</summary>
    /// <exception cref="NotSupportedException">The format has no words for the network.</exception>
    public static JsonObject Write(INetworkDescription description) => description switch
    {
        UNetDescription unet => UNetConfiguration.Write(unet.Options),
        MlpDescription mlp => MlpConfiguration.Write(mlp.Options),
        _ => DescriptionConfiguration.Write(description),
    };

    /// <summary>Reads what a folder says of its network, and says what it ignored.</summary>
    /// <param name="reader">The configuration.</param>
    /// <param name="given">The caller's description; null for the folder's.</param>
    /// <exception cref="InvalidDataException">A field is missing, damaged, out of range or not supported.</exception>
    /// <exception cref="ArgumentException">The folder needs a description, or another.</exception>
    public static INetworkDescription Read(ConfigurationReader reader, INetworkDescription? given = null)
    {
        string kind = reader.Choice(
            ClassName, [(UNet, UNet), (MlpConfiguration.ClassName, MlpConfiguration.ClassName),
            (DescriptionConfiguration.ClassName, DescriptionConfiguration.ClassName)], UNet);
        if (kind == DescriptionConfiguration.ClassName) return DescriptionConfiguration.Read(reader, given);
        INetworkDescription own = kind == MlpConfiguration.ClassName
            ? new MlpDescription(MlpConfiguration.Read(reader))
            : new UNetDescription(UNetConfiguration.Read(reader));
        return given ?? own;
    }

    /// <summary>The reader's error for a network of another kind than a program takes, with the way to load it.</summary>
    /// <param name="reader">The configuration.</param>
    /// <exception cref="InvalidDataException">The network is no U-Net.</exception>
    public static void RequireUNet(ConfigurationReader reader)
    {
        string kind = reader.Text(ClassName, UNet);
        if (kind is not (MlpConfiguration.ClassName or DescriptionConfiguration.ClassName)) return;
        string how = kind == MlpConfiguration.ClassName ? "ModelFolder.LoadMlp" : "ModelFolder.Load with its description";
        throw new InvalidDataException($"{reader.Source}: {ClassName} must be {UNet} here, but is {kind}; {how} reads it.");
    }
}
