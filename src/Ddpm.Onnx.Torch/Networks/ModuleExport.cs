using Ddpm.Core;
using Ddpm.Models;

namespace Ddpm.Onnx;

/// <summary>Writes modules of TorchSharp as ONNX models.</summary>
public static class ModuleExport
{
    /// <summary>Writes a trained network as an ONNX model, with its page and tables, as <see cref="OnnxExport"/> does.</summary>
    /// <param name="network">The network, on any device and in any floating-point type; it stays as it is.</param>
    /// <param name="path">The model to write, such as clothes.onnx; its folder must exist.</param>
    /// <param name="process">The process that it was trained for, written into the model. Default: that of the options, or none.</param>
    /// <param name="options">How it is written. Default: float32, any batch.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of range or does not fit the network; nothing has been written.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// A weight is too large for 16 bits, or the process has no words in the format; nothing has been written.
    /// </exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static OnnxExportReport SaveOnnx(
        this DescribedNetwork network, string path, ReverseDiffusion? process = null, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        options ??= OnnxExportOptions.Default;
        if (process is not null) options = options with { Process = process.Describe() };
        return OnnxExport.Save(path, network.Description, new TensorWeights(network), options);
    }
}
