namespace Ddpm.Models;

/// <summary>
/// Gives access to stored tensors, in one file or in several. Dispose it to close the files. Ddpm.Inference reads bytes and numbers from
/// it; Ddpm.Models adds reading into tensors.
/// </summary>
public interface ISafetensors : IDisposable
{
    /// <summary>Gets the stored tensors.</summary>
    IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Gets the text that is stored with the tensors.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Finds a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <returns>The tensor's type, shape and place.</returns>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    SafetensorsEntry Find(string name);

    /// <summary>Reads bytes of a tensor as the file stores them: little-endian, the last axis fastest.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="offset">The first byte, counted from the tensor's start. Range: ≥ 0.</param>
    /// <param name="target">Receives the bytes; its length says how many. Range: within the tensor.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are not all within the tensor.</exception>
    /// <exception cref="KeyNotFoundException">No tensor has that name.</exception>
    /// <exception cref="SafetensorsException">The file ended early.</exception>
    void ReadBytes(string name, long offset, Span<byte> target);

    /// <summary>
    /// Compares the data with the digest that this library writes into the metadata of a model folder's weights. Reads all data once.
    /// </summary>
    /// <returns>False if there is no digest.</returns>
    /// <exception cref="SafetensorsException">The data has another digest: it is damaged, or was changed.</exception>
    bool VerifyDigest();
}
