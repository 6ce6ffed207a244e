using System.Collections.Immutable;
using Ddpm.Inference;

namespace Ddpm.Onnx;

/// <summary>
/// Opens ONNX models for <see cref="InferenceSampler"/>: every sampling method, previews, guidance and inpainting over ONNX Runtime,
/// without libtorch. The program references a package with ONNX Runtime's native library, such as Microsoft.ML.OnnxRuntime.
/// </summary>
public static class OnnxInference
{
    /// <summary>Opens a noise predictor with its process.</summary>
    /// <param name="path">The model, of <see cref="OnnxExport"/> or of others.</param>
    /// <param name="options">How it is run; for a model of others, also its process. Default: what the model says of itself.</param>
    /// <returns>The model; the caller disposes it, after its samplers.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no model, no noise predictor, or says too little of itself; the message names input, expected and found.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the model.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing; the message names the package.</exception>
    public static InferenceModel Load(string path, OnnxModelOptions? options = null)
    {
        options ??= OnnxModelOptions.Default;
        var session = new OnnxSession(path, options);
        try
        {
            ProcessDescription process = options.Process ?? session.Metadata.Process ?? throw new InvalidDataException(
                $"{path} does not say which process it was trained for: give {nameof(OnnxModelOptions)}.{nameof(options.Process)}.");
            return new InferenceModel(new OnnxNetwork(session), process, Shape(session));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static ImmutableArray<int>? Shape(OnnxSession session)
    {
        if (session.Metadata.SampleShape is { } known) return known;
        int?[] sizes = [session.InChannels, .. session.Signature.Sample.Sizes[2..]];
        return sizes.All(size => size is not null) ? [.. sizes.Select(size => size!.Value)] : null;
    }
}
