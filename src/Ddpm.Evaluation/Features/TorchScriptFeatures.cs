using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Features of a network in a TorchScript file (.pt), such as the Inception network of published FIDs. A TorchScript file is a program:
/// load only files that you trust. Grayscale images are given as three equal channels. Not thread-safe; dispose it to free the network.
/// </summary>
public sealed class TorchScriptFeatures : IFeatureExtractor, IDisposable
{
    // Not exposed by TorchSharp otherwise; constant, for a bad script would end the process.
    private static readonly jit.CompilationUnit Resizing = jit.compile("""
        def bilinear(x: Tensor, height: int, width: int):
            return torch._upsample_bilinear2d_aa(x, [height, width], False)

        def bicubic(x: Tensor, height: int, width: int):
            return torch._upsample_bicubic2d_aa(x, [height, width], False)

        """);

    private readonly jit.ScriptModule module;
    private readonly TorchScriptOptions options;
    private readonly string path;

    /// <summary>Loads a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How the network is fed.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no TorchScript.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TorchScriptFeatures(string path, TorchScriptOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.options = options ?? TorchScriptOptions.Default;
        this.path = path;
        Channels(this.options.Mean, nameof(TorchScriptOptions.Mean), _ => true, "3 numbers");
        Channels(this.options.StandardDeviation, nameof(TorchScriptOptions.StandardDeviation), value => value > 0, "3 positive numbers");
        if (this.options.Size is { } size && (size.Height < 1 || size.Width < 1))
        {
            throw new ArgumentException($"{nameof(TorchScriptOptions)}.{nameof(TorchScriptOptions.Size)} must be at least 1×1, but is " +
                $"{size.Height}×{size.Width}.", nameof(options));
        }

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
            throw new InvalidDataException($"{path} is no TorchScript that can be loaded: {exception.Message.Split('\n')[0]}", exception);
        }

        module.eval();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The network does not take such images, or does not give features [B, D].</exception>
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
    internal Tensor Prepared(Tensor images)
    {
        Tensor x = images.size(1) == 1 ? images.expand(images.size(0), 3, images.size(2), images.size(3)).contiguous() : images;
        if (options.Size is { } size && (size.Height != x.size(2) || size.Width != x.size(3)))
        {
            x = Resized(x.to(float32), size.Height, size.Width);
        }

        if (options.Scale != PixelScale.Bytes || !options.Mean.IsEmpty || !options.StandardDeviation.IsEmpty) x = x.to(float32);
        x = options.Scale switch
        {
            PixelScale.Bytes => x,
            PixelScale.UnitInterval => x.Over(255),
            PixelScale.MinusOneToOne => PixelRange.ToValues(x),
            _ => throw new ArgumentOutOfRangeException(nameof(images), options.Scale,
                    $"{nameof(TorchScriptOptions.Scale)} must be a value of {nameof(PixelScale)}."),
        };
        if (!options.Mean.IsEmpty) x -= Column(options.Mean, x);
        if (!options.StandardDeviation.IsEmpty) x /= Column(options.StandardDeviation, x);
        return x;
    }

    private Tensor Resized(Tensor x, int height, int width) => options.Filter switch
    {
        ResizeFilter.Bilinear => nn.functional.interpolate(x, [height, width], mode: InterpolationMode.Bilinear, align_corners: false),
        ResizeFilter.BilinearAntialiased => (Tensor)Resizing.invoke("bilinear", x, height, width),
        ResizeFilter.BicubicAntialiased => (Tensor)Resizing.invoke("bicubic", x, height, width),
        _ => throw new ArgumentOutOfRangeException(nameof(x), options.Filter,
                $"{nameof(TorchScriptOptions.Filter)} must be a value of {nameof(ResizeFilter)}."),
    };

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

    private static Tensor Column(ImmutableArray<double> values, Tensor like) =>
        tensor(values.ToArray(), float32, like.device).reshape(1, 3, 1, 1);

    private static void Channels(ImmutableArray<double> values, string name, Func<double, bool> valid, string expected)
    {
        if (values.IsDefault || (values.Length is not (0 or 3)) || !values.All(valid))
        {
            throw new ArgumentException($"{nameof(TorchScriptOptions)}.{name} must be {expected}, or empty, but is " +
                $"{(values.IsDefault ? "unset" : string.Join(", ", values))}.", nameof(values));
        }
    }

    // The interpreter's message ends with the error itself.
    private static string Reason(ExternalException exception) => exception.Message.Split('\n')
        .LastOrDefault(line => line.Contains("Error", StringComparison.Ordinal))?.Trim() ?? exception.Message.Split('\n')[0];
}
