using System.Runtime.InteropServices;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Extracts features with a network in a TorchScript file (.pt), such as the Inception network of published FIDs. A TorchScript file is a
/// program: load only files that you trust. Grayscale images are passed as three equal channels. It is not thread-safe; dispose it to free
/// the network.
/// </summary>
public sealed class TorchScriptFeatures : IFeatureExtractor, IDisposable
{
    private readonly jit.ScriptModule module;
    private readonly TorchScriptOptions options;
    private readonly ImagePreparation preparation;
    private readonly string path;

    /// <summary>Loads a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">The settings of the network's input and output.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is not a TorchScript file.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TorchScriptFeatures(string path, TorchScriptOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        TorchRuntime.EnsureLoaded();
        this.options = options ?? TorchScriptOptions.Default;
        this.path = path;
        preparation = new ImagePreparation(nameof(TorchScriptOptions), this.options.Size, this.options.Filter, this.options.Scale,
            this.options.Mean, this.options.StandardDeviation);
        if (this.options.Output < 0)
        {
            throw new ArgumentException($"{nameof(TorchScriptOptions)}.{nameof(TorchScriptOptions.Output)} must be at least 0, but is " +
                $"{this.options.Output}.", nameof(options));
        }

        if (this.options.SpatialChannels < 1)
        {
            throw new ArgumentException($"{nameof(TorchScriptOptions)}.{nameof(TorchScriptOptions.SpatialChannels)} must be at least 1, " +
                $"or null, but is {this.options.SpatialChannels}.", nameof(options));
        }

        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        try
        {
            module = jit.load(path, this.options.Device);
        }
        catch (ExternalException exception)
        {
            throw new InvalidDataException(
                $"{path} is not a TorchScript file that can be loaded: {exception.Message.Split('\n')[0]}",
                exception);
        }

        module.eval();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The network does not accept such images, or does not output features [B, D].</exception>
    public Tensor Extract(Tensor images)
    {
        ImageBatch.Require(images);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor input = Prepared(images.to(options.Device));
        object output;
        try
        {
            output = options.ReturnFeatures ? module.forward(input, true) : module.forward(input);
        }
        catch (ExternalException exception)
        {
            throw new InvalidOperationException(
                $"{path} does not take images {input.dtype} [{string.Join(", ", input.shape)}]: {Reason(exception)}", exception);
        }

        Tensor features = Chosen(output);
        if (options.SpatialChannels is { } channels)
        {
            if (features.dim() != 4 || features.size(1) < channels)
            {
                throw new InvalidOperationException(
                    $"{path} must give [B, C, H, W] with C of at least {channels}, " +
                    $"{nameof(TorchScriptOptions)}.{nameof(TorchScriptOptions.SpatialChannels)}, but gives " +
                    $"[{string.Join(", ", features.shape)}].");
            }

            features = features.narrow(1, 0, channels).flatten(1);
        }

        if (features.dim() > 2 && features.numel() == features.size(0) * features.size(1)) features = features.flatten(1); // [B, D, 1, 1]
        if (features.dim() != 2 || features.size(0) != images.size(0))
        {
            throw new InvalidOperationException(
                $"{path} must give features [{images.size(0)}, D], but gives [{string.Join(", ", features.shape)}].");
        }

        return features.cpu().clone().MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => module.Dispose();

    /// <summary>The images as the network takes them.</summary>
    internal Tensor Prepared(Tensor images) => preparation.Apply(images);

    private Tensor Chosen(object output)
    {
        Tensor[] all = output switch
        {
            Tensor one => [one],
            Tensor[] several => several,
            System.Runtime.CompilerServices.ITuple tuple => [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i]).OfType<Tensor>()],
            _ => [],
        };
        return options.Output < all.Length
            ? all[options.Output]
            : throw new InvalidOperationException(
                $"{path} must give output {options.Output} of {nameof(TorchScriptOptions)}.{nameof(TorchScriptOptions.Output)}, but " +
                $"gives {all.Length} tensors.");
    }

    // The interpreter's message ends with the error itself.
    private static string Reason(ExternalException exception) => exception.Message.Split('\n')
        .LastOrDefault(line => line.Contains("Error", StringComparison.Ordinal))?.Trim() ?? exception.Message.Split('\n')[0];
}
