using Ddpm.Evaluation;
using Ddpm.Models;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;
using ElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace Ddpm.Onnx;

/// <summary>
/// Features of any network in an ONNX model, such as Inception, DINOv2 or CLIP, for the Fréchet and kernel distances. Grayscale images are
/// given as three equal channels. Dispose it to free the network.
/// </summary>
public sealed unsafe class OnnxFeatures : IFeatureExtractor, IDisposable
{
    private readonly OnnxFeatureOptions options;
    private readonly string path;
    private readonly ImagePreparation preparation;
    private readonly InferenceSession session;
    private readonly OnnxInput input;
    private readonly string output;

    /// <summary>Loads a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How the network is fed. Default: pixels in [0, 1] at the images' size.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no model, or takes no images.</exception>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the model.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing; the message names the package.</exception>
    public OnnxFeatures(string path, OnnxFeatureOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.options = options ??= new OnnxFeatureOptions();
        this.path = path;
        preparation = new ImagePreparation(
            nameof(OnnxFeatureOptions), options.Size, options.Filter, options.Scale, options.Mean, options.StandardDeviation);
        AtLeast(options.Token, 0, nameof(options.Token));
        AtLeast(options.Threads, 1, nameof(options.Threads));
        session = OnnxSession.Open(path, options.Threads, options.Configure);
        try
        {
            OnnxInput[] inputs = [.. session.InputMetadata.Select(pair => OnnxInput.Of(pair.Key, pair.Value))];
            input = Choose(options.Input, nameof(options.Input), inputs);
            output = Choose(options.Output, nameof(options.Output),
                [.. session.OutputMetadata.Select(pair => OnnxInput.Of(pair.Key, pair.Value))]).Name;
            if (inputs.Length > 1) throw new InvalidDataException($"{path} must take images alone, but takes {List(inputs)}.");
            if (input.Sizes.Length != 4 || input.Type is not (ElementType.Float or ElementType.UInt8))
            {
                throw new InvalidDataException($"{path} must take images as float32 or uint8 with 4 axes, but takes {input}.");
            }
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The network does not take such images, or does not give features [B, D].</exception>
    public Tensor Extract(Tensor images)
    {
        ImageBatch.Require(images);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = preparation.Apply(images.cpu());
        bool bytes = input.Type == ElementType.UInt8;
        if (bytes && x.dtype != uint8)
        {
            throw new InvalidOperationException(
                $"{path} takes {input}: {nameof(OnnxFeatureOptions)} must leave pixels as bytes, with {nameof(options.Scale)} "
                + $"{nameof(PixelScale.Bytes)} and no {nameof(options.Size)}, {nameof(options.Mean)} or "
                + $"{nameof(options.StandardDeviation)}.");
        }

        if (options.ChannelsLast) x = x.permute(0, 2, 3, 1);
        x = (bytes ? x : x.to(float32)).contiguous();
        RequireShape(x.shape);
        return Run(x, bytes ? ElementType.UInt8 : ElementType.Float).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => session.Dispose();

    private static void AtLeast(int? number, int least, string name)
    {
        if (number >= least || number is null) return;
        throw new ArgumentException($"{nameof(OnnxFeatureOptions)}.{name} must be at least {least}, but is {number}.", name);
    }

    private static string List(IEnumerable<OnnxInput> values) => string.Join(", ", values);

    private OnnxInput Choose(string? name, string option, OnnxInput[] known) => name is null
        ? known[0]
        : known.FirstOrDefault(value => value.Name == name) ?? throw new ArgumentException(
            $"{nameof(OnnxFeatureOptions)}.{option} must be one of {path}: {List(known)}, but is \"{name}\".", option);

    private void RequireShape(long[] shape)
    {
        bool fits = true;
        for (int axis = 0; axis < shape.Length; axis++) fits &= input.Sizes[axis] is not { } size || size == shape[axis];
        if (fits) return;
        throw new InvalidOperationException(
            $"{path} takes {input}, but images are [{string.Join(", ", shape)}] after {nameof(OnnxFeatureOptions)}.{nameof(options.Size)} "
            + $"and {nameof(options.ChannelsLast)}.");
    }

    private Tensor Run(Tensor x, ElementType type)
    {
        long length = x.numel() * x.element_size();
        using OrtValue value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, type, x.shape, (nint)TensorMemory.Address(x), length);
        using var run = new RunOptions();
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [input.Name], [value], [output]);
            return Features(outputs[0], x.size(0));
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidOperationException(
                $"{path} ({input}) does not take images [{string.Join(", ", x.shape)}]: {OnnxSession.Line(exception)}", exception);
        }
    }

    private Tensor Features(OrtValue value, long count)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        if (info.ElementDataType != ElementType.Float)
        {
            throw new InvalidOperationException($"{path} must give features as float32, but {output} is {info.ElementDataType}.");
        }

        Tensor features = empty(info.Shape, float32);
        value.GetTensorDataAsSpan<float>().CopyTo(new Span<float>(TensorMemory.Address(features), checked((int)features.numel())));
        if (options.Token is { } token && features.dim() == 3 && token < features.size(1)) features = features.select(1, token);
        else if (options.Token is not null)
        {
            throw new InvalidOperationException(
                $"{path} must give [B, N, D] with N above {nameof(OnnxFeatureOptions)}.{nameof(options.Token)} {options.Token}, but "
                + $"{output} is [{string.Join(", ", info.Shape)}].");
        }

        if (features.dim() > 2 && features.numel() == features.size(0) * features.size(1)) features = features.flatten(1); // [B, D, 1, 1]
        if (features.dim() == 2 && features.size(0) == count) return features.contiguous();
        throw new InvalidOperationException(
            $"{path} must give features [{count}, D], but {output} is [{string.Join(", ", info.Shape)}].");
    }
}
