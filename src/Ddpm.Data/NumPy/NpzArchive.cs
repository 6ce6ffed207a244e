using System.IO.Compression;
using Ddpm.Core;
using Microsoft.Win32.SafeHandles;

namespace Ddpm.Data;

/// <summary>An open .npz file: the arrays that numpy.savez wrote, by name. Dispose it to close the file.</summary>
internal sealed class NpzArchive : IDisposable
{
    private const int MostNamed = 8;

    private readonly SafeFileHandle handle;
    private readonly FileStream file;
    private readonly ZipArchive archive;
    private readonly string path;

    private NpzArchive(SafeFileHandle handle, string path)
    {
        this.handle = handle;
        this.path = path;
        file = new FileStream(handle, FileAccess.Read);
        archive = new ZipArchive(file, ZipArchiveMode.Read);
    }

    /// <summary>Gets the names in words, cut where there are many.</summary>
    public string Names
    {
        get
        {
            string[] found = [.. archive.Entries.Select(other => Path.GetFileNameWithoutExtension(other.Name)).Take(MostNamed + 1)];
            return found.Length == 0 ? "none" : string.Join(", ", found.Take(MostNamed)) + (found.Length > MostNamed ? ", …" : "");
        }
    }

    /// <summary>Opens a file and reads it; whatever is wrong with it ends in an error that begins with its path.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads from it.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is no archive, or is damaged.</exception>
    public static T Read<T>(string path, Func<NpzArchive, T> read)
    {
        SafeFileHandle handle = RegularFile.Open(path);
        try
        {
            using var opened = new NpzArchive(handle, path);
            return read(opened);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or ArithmeticException)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
        catch (InvalidDataException exception) when (!exception.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is no .npz file, or is damaged: {exception.Message}", exception);
        }
        finally
        {
            handle.Dispose();
        }
    }

    /// <summary>Returns whether there is exactly one array of a name.</summary>
    public bool Has(string name) => archive.Entries.Count(entry => entry.FullName == name + ".npy") == 1;

    /// <summary>Reads an array, and compares its check sum, which .NET does not.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="name">The name, of which <see cref="Has"/> is true.</param>
    /// <param name="read">Reads the array from a stream, by what messages call it and by the bytes that it states.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public T ReadArray<T>(string name, Func<Stream, string, long, T> read)
        where T : IDisposable
    {
        ZipArchiveEntry entry = archive.GetEntry(name + ".npy")!;
        (long stated, long stored) = (entry.Length, entry.CompressedLength);
        if (stated > stored * Deflate.MostExpansion)
        {
            throw new InvalidDataException($"{path}: {name} is damaged: it states {stated} bytes, which {stored} cannot hold.");
        }

        using Stream stream = entry.Open();
        using var summed = new SummedStream(stream);
        T array = read(summed, $"{path}: {name}", stated);
        if (summed.Sum == entry.Crc32) return array;
        array.Dispose();
        throw new InvalidDataException($"{path}: {name} is damaged: its check sum must be {entry.Crc32:X8}, but is {summed.Sum:X8}.");
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        archive.Dispose();
        file.Dispose();
        handle.Dispose();
    }
}
