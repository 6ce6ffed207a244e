using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Onnx;

/// <summary>
/// A noise predictor in an ONNX model, of <see cref="OnnxExport"/> or of others, as a network of samplers, bounds and measures. What its
/// output means, ε, x_0 or v, is the process's prediction. Several threads may predict at once; dispose it to free the model.
/// </summary>
/// <remarks>
/// ONNX Runtime reads x_t and writes the prediction in the tensors' own memory. Tensors that are not float32 on the CPU are copied.
/// </remarks>
public sealed class OnnxEpsilonModel : IConditionalEpsilonModel, IDisposable
{
    private readonly OnnxSession session;

    /// <summary>Loads a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is run. Default: everything found in the model; the CPU.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no model, no noise predictor, or says too little of itself; the message names input, expected and found.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range or does not fit the model.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing; the message names the package.</exception>
    public OnnxEpsilonModel(string path, OnnxModelOptions? options = null)
    {
        options ??= OnnxModelOptions.Default;
        if (options.Process is not null)
        {
            throw new ArgumentException(
                $"{nameof(OnnxModelOptions)}.{nameof(options.Process)} must be null: samplers on tensors are given their process.",
                nameof(options));
        }

        session = new OnnxSession(path, options);
        if (session.Metadata.Process is not { } process) return;
        try
        {
            Process = process.ToProcess();
        }
        catch (ArgumentException exception)
        {
            session.Dispose();
            throw new InvalidDataException($"{path}: {ArgumentMessage.Of(exception)}", exception);
        }
    }

    /// <summary>Gets the process that the model says it was trained for; null where it says none.</summary>
    public ReverseDiffusion? Process { get; }

    /// <summary>Gets what else the model says of itself.</summary>
    public OnnxMetadata Metadata => session.Metadata;

    /// <inheritdoc/>
    public int ClassCount => session.ClassCount;

    /// <inheritdoc/>
    public bool HasNullLabel => session.HasNullLabel;

    /// <inheritdoc/>
    public IReadOnlyList<NetworkCondition> Conditions => session.Conditions;

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, default(BatchConditions));

    /// <inheritdoc/>
    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels) => Predict(xt, t, new BatchConditions(labels));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">ONNX Runtime cannot compute the prediction; the message holds its reason.</exception>
    public Tensor Predict(Tensor xt, Tensor t, BatchConditions conditions)
    {
        ArgumentNullException.ThrowIfNull(xt);
        ArgumentNullException.ThrowIfNull(t);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        session.Signature.RequireShape(xt.shape);
        if (t.dim() != 1 || t.size(0) != xt.size(0))
        {
            throw new ArgumentException(
                $"t must have the shape [{xt.size(0)}], one timestep for each example, but has [{string.Join(", ", t.shape)}].", nameof(t));
        }

        Tensor[] tensors = NetworkInput.Tensors(Conditions, conditions, xt);
        long[] labels = LabelRows(conditions.Labels, xt.size(0));
        float[] times = t.to(float32).cpu().data<float>().ToArray();
        Tensor x = Floats(xt);
        Tensor[] given = Array.ConvertAll(tensors, Floats);
        Tensor prediction = empty([xt.size(0), session.OutChannels, .. xt.shape[2..]], float32);
        Predict(x, times, labels, given, prediction);
        return prediction.to(xt.dtype).to(xt.device).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the model.</summary>
    public void Dispose() => session.Dispose();

    private static Tensor Floats(Tensor values) => values.detach().to(float32).cpu().contiguous();

    private unsafe void Predict(Tensor x, float[] times, long[] labels, Tensor[] given, Tensor prediction)
    {
        var conditions = new float*[given.Length];
        for (int i = 0; i < given.Length; i++) conditions[i] = TensorMemory.Floats(given[i]);
        session.Predict(TensorMemory.Floats(x), x.shape, times, labels, conditions, TensorMemory.Floats(prediction));
    }

    // No class is the row after the classes.
    private long[] LabelRows(Tensor? labels, long batch)
    {
        if (ClassCount == 0)
        {
            return labels is null ? [] : throw new ArgumentException("labels must be null, for the model takes none.", nameof(labels));
        }

        if (labels is null)
        {
            return HasNullLabel
                ? [.. Enumerable.Repeat((long)ClassCount, checked((int)batch))]
                : throw new ArgumentException("labels must be given, for the model has no label for no class.", nameof(labels));
        }

        if (labels.dim() != 1 || labels.size(0) != batch || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"labels must be int64 [{batch}], one for each example, but are {labels.dtype} [{string.Join(", ", labels.shape)}].",
                nameof(labels));
        }

        long[] rows = labels.cpu().data<long>().ToArray();
        int least = HasNullLabel ? -1 : 0;
        foreach (ref long row in rows.AsSpan())
        {
            if (row < least || row >= ClassCount)
            {
                string none = HasNullLabel ? ", -1 for none" : "";
                throw new ArgumentOutOfRangeException(
                    nameof(labels), $"labels must be {least} … {ClassCount - 1}{none}, but one is {row}.");
            }

            if (row < 0) row = ClassCount;
        }

        return rows;
    }
}
