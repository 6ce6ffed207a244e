using System.IO.Compression;
using System.Text;

namespace Ddpm.Models;

/// <summary>
/// A TorchScript file in memory with one module of methods and no parameters. Source that is compiled from text may name PyTorch's public operations only; a file may name all that are registered.
/// </summary>
internal static class TorchScriptArchive
{
    /// <summary>The file.</summary>
    /// <param name="methods">Methods of the class M, each <c>def name(self, …) -> …:</c>, indented by two.</param>
    public static byte[] Create(string methods)
    {
        string code = $"""
            class M(Module):
              __parameters__ = []
              __buffers__ = []
              training : bool
            {methods}

            """;
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            // Two pickles: an object of the class __torch__.M with {training: False}, and an empty tuple of constants.
            Add(archive, "data.pkl", [0x80, 2, .. "c__torch__\nM\n)"u8, 0x81, .. "}X\x8\0\0\0training"u8, 0x89, .. "sb."u8]);
            Add(archive, "constants.pkl", [0x80, 2, .. ")."u8]);
            Add(archive, "code/__torch__.py", Encoding.UTF8.GetBytes(code.ReplaceLineEndings("\n")));
            Add(archive, "byteorder", "little"u8.ToArray());
            Add(archive, "version", "3\n"u8.ToArray());
        }

        return bytes.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        using Stream entry = archive.CreateEntry("operations/" + name, CompressionLevel.NoCompression).Open();
        entry.Write(content);
    }
}
