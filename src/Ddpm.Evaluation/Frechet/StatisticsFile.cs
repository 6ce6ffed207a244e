using System.IO.Compression;
using Ddpm.Core;
using Ddpm.Data;
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
    private const int LargestMaxFeatures = 1 << 15;

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
        return NpzArchive.Read(path, archive =>
        {
            if (!archive.Has(Mean) || !archive.Has(Covariance))
            {
                throw new InvalidDataException($"{path} must have the arrays {Mean} and {Covariance}, but has {archive.Names}.");
            }

            using Tensor mean = archive.ReadArray(Mean, Read), covariance = archive.ReadArray(Covariance, Read);
            return new FeatureStatistics(mean, covariance);
        });

        Tensor Read(Stream stream, string name, long stated) => NpyArray.Read(stream, name, stated, maxFeatures);
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

    private static void Add(ZipArchive archive, string name, Tensor values)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression);
        // The same statistics give the same bytes.
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using Stream stream = entry.Open();
        NpyArray.Write(stream, values);
    }
}
