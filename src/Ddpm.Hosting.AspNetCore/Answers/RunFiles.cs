using System.Globalization;
using System.IO.Compression;

namespace Ddpm.Hosting;

/// <summary>The pictures of a run as files.</summary>
internal static class RunFiles
{
    // Small pictures are enlarged in the grid until they are at least so many pixels high.
    private const int SmallestInGrid = 64;
    private const int GridPadding = 2;

    /// <summary>The name of a file without its end.</summary>
    public static string NameOf(SampleSettings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"ddpm-{settings.Sampler}-{settings.Steps}-seed{settings.Seed}");

    /// <summary>All pictures in one.</summary>
    public static byte[] Grid(GeneratedImages images) =>
        images.ToPngSheet(null, GridPadding, Math.Max(1, SmallestInGrid / images.Height));

    /// <summary>The pictures with what they were made with.</summary>
    public static byte[] Archive(GeneratedImages images)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, ReadOnlySpan<byte> bytes)
            {
                using Stream entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }

            for (int k = 0; k < images.Count; k++) Add($"{k:D3}.png", images.ToPng(k));
            Add("grid.png", Grid(images));
            Add("settings.json", JsonAnswer.Bytes(json => RunJson.WriteSettings(json, images.Settings)));
        }

        return buffer.ToArray();
    }
}
