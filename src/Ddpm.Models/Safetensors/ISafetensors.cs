using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Stored tensors, in one file or in several. Dispose it to close them.</summary>
public interface ISafetensors : IDisposable
{
    /// <summary>The tensors.</summary>
    IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The text that was kept beside them.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads one tensor, straight into its memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="widen">Whether 16-bit floating-point numbers become float32.</param>
    /// <returns>The tensor on the CPU; a fresh one.</returns>
    /// <exception cref="KeyNotFoundException">There is no tensor of that name.</exception>
    /// <exception cref="SafetensorsException">The file ended early.</exception>
    Tensor Read(string name, bool widen = false);

    /// <summary>Reads one tensor straight into the memory of another.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="target">The other: contiguous, on the CPU, of the same element type and as many elements; its shape may differ.</param>
    /// <exception cref="ArgumentException"><paramref name="target"/> is not so; nothing is read.</exception>
    /// <exception cref="KeyNotFoundException">There is no tensor of that name.</exception>
    /// <exception cref="SafetensorsException">The file ended early; the other holds a part.</exception>
    void ReadInto(string name, Tensor target);
}
