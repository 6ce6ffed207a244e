using System.IO.Compression;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Statistics as the .npz files of Python's FID programs: the arrays mu [D] and sigma [D, D]. Published reference files can be read.
/// </summary>
public static class StatisticsFile
{
    private const string Mean = "mu", Covariance = "sigma";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The statistics; the caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no .npz file, lacks an array, holds pickled objects, or is damaged; the message names it.
    /// </exception>
    public static FeatureStatistics Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = File.OpenRead(path);
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            using Tensor mean = Read(archive, path, Mean), covariance = Read(archive, path, Covariance);
            return new FeatureStatistics(mean, covariance);
        }
        catch (ArgumentException exception)
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

    private static Tensor Read(ZipArchive archive, string path, string name)
    {
        ZipArchiveEntry entry = archive.GetEntry(name + ".npy") ?? throw new InvalidDataException(
            $"{path} must have the arrays {Mean} and {Covariance}, but has " +
            $"{string.Join(", ", archive.Entries.Select(other => Path.GetFileNameWithoutExtension(other.Name)).DefaultIfEmpty("none"))}.");
        using Stream stream = entry.Open();
        return NpyArray.Read(stream, $"{path}: {name}");
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
