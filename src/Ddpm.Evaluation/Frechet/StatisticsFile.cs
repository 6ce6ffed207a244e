using System.IO.Compression;
using Ddpm.Core;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Reads and writes statistics as the .npz files of Python's FID programs: the arrays mu [D] and sigma [D, D]. Published reference files
/// can be read.
/// </summary>
public static class StatisticsFile
{
    /// <summary>Limits by default the features that a file may state: twice those of Inception.</summary>
    public const int DefaultMaxFeatures = 4096;

    private const string Mean = "mu", Covariance = "sigma";
    private const int LargestMaxFeatures = 1 << 15, MostNamed = 8;

    /// <summary>Reads a file of statistics.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxFeatures">
    /// The most features D that the file may state; it is checked before memory is allocated. The covariance takes 8·D² bytes, and reading
    /// it three times as many. Range: 1 … 32,768.
    /// </param>
    /// <returns>The statistics; the caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is not an .npz file, lacks an array, holds pickled objects, states too many features, or is damaged; the message names the
    /// file.
    /// </exception>
    public static FeatureStatistics Load(string path, int maxFeatures = DefaultMaxFeatures)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (maxFeatures is < 1 or > LargestMaxFeatures)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxFeatures), maxFeatures, $"maxFeatures must be 1 … {LargestMaxFeatures}, but is {maxFeatures}.");
        }

        TorchRuntime.EnsureLoaded();
        using SafeFileHandle handle = RegularFile.Open(path);
        using var file = new FileStream(handle, FileAccess.Read);
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            using Tensor mean = Read(archive, path, Mean, maxFeatures), covariance = Read(archive, path, Covariance, maxFeatures);
            return new FeatureStatistics(mean, covariance);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or ArithmeticException)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
        catch (InvalidDataException exception) when (!exception.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is no .npz file, or is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a file that Python's FID programs read, in one piece or not at all.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="statistics">The statistics.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, FeatureStatistics statistics)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(statistics);
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            Add(archive, Mean, statistics.Mean);
            Add(archive, Covariance, statistics.Covariance);
        });
    }

    private static Tensor Read(ZipArchive archive, string path, string name, int maxFeatures)
    {
        ZipArchiveEntry[] entries = [.. archive.Entries.Where(entry => entry.FullName == name + ".npy")];
        if (entries.Length != 1)
        {
            string[] found = [.. archive.Entries.Select(other => Path.GetFileNameWithoutExtension(other.Name)).Take(MostNamed + 1)];
            string names = found.Length == 0 ? "none" : string.Join(", ", found.Take(MostNamed)) + (found.Length > MostNamed ? ", …" : "");
            throw new InvalidDataException($"{path} must have the arrays {Mean} and {Covariance}, but has {names}.");
        }

        (long stated, long stored) = (entries[0].Length, entries[0].CompressedLength);
        if (stated > stored * Deflate.MostExpansion)
        {
            throw new InvalidDataException($"{path}: {name} is damaged: it states {stated} bytes, which {stored} cannot hold.");
        }

        using Stream stream = entries[0].Open();
        using var summed = new SummedStream(stream);
        Tensor array = NpyArray.Read(summed, $"{path}: {name}", stated, maxFeatures);
        if (summed.Sum == entries[0].Crc32) return array;
        array.Dispose();
        throw new InvalidDataException(
            $"{path}: {name} is damaged: its check sum must be {entries[0].Crc32:X8}, but is {summed.Sum:X8}.");
    }

    private static void Add(ZipArchive archive, string name, Tensor values)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression);
        // The same statistics give the same bytes.
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using Stream stream = entry.Open();
        NpyArray.Write(stream, values);
    }
}
