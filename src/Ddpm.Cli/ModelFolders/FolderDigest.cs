using System.Security.Cryptography;
using Ddpm.Core;

namespace Ddpm.Cli.ModelFolders;

/// <summary>Which model it is: a digest of its configurations and weights.</summary>
internal static class FolderDigest
{
    public static string Of(string folder)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        foreach (string part in new[] { folder, Path.Combine(folder, "unet"), Path.Combine(folder, "scheduler") }.Where(Directory.Exists))
        {
            IEnumerable<string> files = Directory.EnumerateFiles(part).Where(path => Path.GetExtension(path) is ".json" or ".safetensors");
            foreach (string file in files.Where(RegularFile.HasContents).Order(StringComparer.Ordinal))
            {
                using var stream = new FileStream(RegularFile.Open(file), FileAccess.Read);
                for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer)) digest.AppendData(buffer, 0, read);
            }
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset())[..16];
    }
}
