using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Models;

/// <summary>Reads a network's options from the file in which diffusers keeps them.</summary>
public static class NetworkOptionsFile
{
    extension(UNetOptions)
    {
        /// <summary>Reads the options of a network from a configuration alone: no weights are needed.</summary>
        /// <param name="path">A config.json of diffusers' UNet2DModel, or a folder that has one, also in unet/.</param>
        /// <returns>The options.</returns>
        /// <exception cref="FileNotFoundException">There is no such file.</exception>
        /// <exception cref="InvalidDataException">
        /// The configuration is damaged, has an unsupported setting or absurd numbers; the message names file, field, expected and found.
        /// </exception>
        public static UNetOptions FromConfiguration(string path)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            ConfigurationReader reader =
                ConfigurationReader.Open(Directory.Exists(path) ? ModelDescription.RequireNetworkFile(path) : path);
            NetworkConfiguration.RequireUNet(reader);
            return UNetConfiguration.Read(reader);
        }
    }
}
