using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;

namespace Ddpm.Cli.Sampling;

/// <summary>Reads the rows of a condition: pictures, a CSV, or a tensor. What does not fit the model is an error of usage.</summary>
/// <param name="condition">The condition.</param>
/// <param name="shape">The shape of a row: [C, H, W], or [C] for a vector.</param>
/// <param name="path">The folder or file.</param>
internal sealed class ConditionReader(NetworkCondition condition, IReadOnlyList<int> shape, string path)
{
    private const string Tensors = ".safetensors", Table = ".csv";

    private int Length => shape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>Reads the rows.</summary>
    /// <exception cref="UsageException">They do not fit the condition.</exception>
    /// <exception cref="FileNotFoundException">There is no such folder or file.</exception>
    public SampleRows Read()
    {
        bool folder = Directory.Exists(path);
        if (!folder && !File.Exists(path))
        {
            throw new FileNotFoundException($"--condition {condition.Name}: there is no folder and no file {path}.", path);
        }

        try
        {
            string ending = folder ? "" : Path.GetExtension(path).ToLowerInvariant();
            if (ending == Tensors) return SampleRows.Read(path, condition.Name, shape);
            if (condition.IsVector && ending == Table) return ReadTable();
            if (!condition.IsVector && shape[0] is 1 or 3 && (folder || ImageFile.Extensions.Contains(ending))) return ReadPictures(folder);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"--condition {condition.Name}: {ErrorLine.Of(exception)}");
        }

        string pictures = shape[0] is 1 or 3 ? "a folder of pictures, a picture, or " : "";
        string kinds = condition.IsVector ? $"a {Table} or {Tensors} file" : $"{pictures}a {Tensors} file";
        throw new UsageException($"--condition {condition.Name} must be {kinds} for [{string.Join(", ", shape)}], but is {path}.");
    }

    private SampleRows ReadTable()
    {
        TimeSeries table = TimeSeriesFile.Read(path).Series;
        if (table.Columns.Length != shape[0])
        {
            throw new InvalidDataException(
                $"{path} must have {shape[0]} columns of numbers, but has {table.Columns.Length}: {string.Join(", ", table.Columns)}.");
        }

        var values = new float[checked(table.Length * shape[0])];
        for (int column = 0; column < shape[0]; column++)
        {
            ReadOnlySpan<double> numbers = table.Values(column);
            for (int row = 0; row < numbers.Length; row++)
            {
                if (double.IsNaN(numbers[row]))
                {
                    throw new InvalidDataException(
                        $"{path} must have a number in every cell, but row {row + 1} has none in {table.Columns[column]}.");
                }

                values[row * shape[0] + column] = (float)numbers[row];
            }
        }

        return new SampleRows(values, table.Length);
    }

    // As they are: a picture that was brought to a size by another way than that of training is another condition.
    private SampleRows ReadPictures(bool folder)
    {
        var load = new ImageLoadOptions { Grayscale = shape[0] == 1 };
        IReadOnlyList<string> files = folder
            ? new ImageFolder(SampleFolder.IsOne(path) ? SampleFolder.At(path).Images : path, new ImageFolderOptions { Load = load }).Files
            : [path];
        if ((long)files.Count * Length > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{path} must have at most {Array.MaxLength / Length} pictures, but has {files.Count}.");
        }

        var values = new float[files.Count * Length];
        for (int row = 0; row < files.Count; row++)
        {
            DecodedImage picture = ImageFile.Decode(files[row], load);
            if ((picture.Height, picture.Width) != (shape[1], shape[2]))
            {
                throw new InvalidDataException(
                    $"{files[row]} must be of {shape[2]}×{shape[1]} pixels, the size of the samples, but is of "
                        + $"{picture.Width}×{picture.Height}.");
            }

            PixelRange.ToValues(picture.Pixels.Span, values.AsSpan(row * Length, Length));
        }

        return new SampleRows(values, files.Count);
    }
}
