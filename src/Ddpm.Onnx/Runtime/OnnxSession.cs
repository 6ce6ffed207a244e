using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ddpm.Core;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ddpm.Onnx;

/// <summary>
/// A noise predictor in ONNX Runtime. x_t and the prediction stay where they are: the runtime reads and writes the caller's memory. Several
/// threads may predict at once.
/// </summary>
internal sealed unsafe class OnnxSession : IDisposable
{
    private readonly string path;
    private readonly InferenceSession session;

    /// <summary>Loads a model.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no model, or no noise predictor.</exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public OnnxSession(string path, OnnxModelOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Positive(options.Threads, nameof(options.Threads));
        Positive(options.ClassCount, nameof(options.ClassCount));
        Positive(options.InChannels, nameof(options.InChannels));
        Positive(options.OutChannels, nameof(options.OutChannels));
        this.path = path;
        session = Open(path, options.Threads, options.Configure);
        try
        {
            Signature = new OnnxSignature(path, session, options);
            Metadata = session.ModelMetadata.CustomMetadataMap.TryGetValue(OnnxNames.Entry, out string? text)
                ? OnnxMetadata.Read(text, path)
                : new OnnxMetadata();
            ClassCount = Signature.Label is null ? 0 : options.ClassCount ?? (Metadata.ClassCount > 0
                ? Metadata.ClassCount
                : throw Missing($"how many classes its input {Signature.Label.Name} takes", nameof(options.ClassCount)));
            Conditions = [.. Signature.Conditions.Select(each => each.Condition)];
            HasNullLabel = ClassCount > 0 && (options.HasNullLabel ?? Metadata.HasNullLabel);
            InChannels = Channels(options.InChannels, nameof(options.InChannels), Signature.Sample);
            OutChannels = Channels(options.OutChannels, nameof(options.OutChannels), Signature.Prediction);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The inputs and the output.</summary>
    public OnnxSignature Signature { get; }

    /// <summary>What the model says of itself.</summary>
    public OnnxMetadata Metadata { get; }

    /// <summary>The channels of x_t.</summary>
    public int InChannels { get; }

    /// <summary>The channels of the prediction.</summary>
    public int OutChannels { get; }

    /// <summary>The number of classes; 0 for none.</summary>
    public int ClassCount { get; }

    /// <summary>Whether the label after the last class stands for no class.</summary>
    public bool HasNullLabel { get; }

    /// <summary>The conditions, in the model's order.</summary>
    public ImmutableArray<NetworkCondition> Conditions { get; }

    /// <summary>Loads any model.</summary>
    public static InferenceSession Open(string path, int? threads, Action<SessionOptions>? configure)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        using SessionOptions settings = NativeRuntime.Require(() => new SessionOptions());
        if (threads is { } count) settings.IntraOpNumThreads = count;
        configure?.Invoke(settings);
        try
        {
            return new InferenceSession(path, settings);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException($"{path} is no ONNX model that can be loaded: {Line(exception)}", exception);
        }
    }

    /// <summary>What ONNX Runtime says, in a line.</summary>
    public static string Line(OnnxRuntimeException exception) => exception.Message.Split('\n')[0];

    /// <summary>Predicts.</summary>
    /// <param name="x">x_t, [B, C, …], on the CPU.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="times">The timesteps, [B].</param>
    /// <param name="labels">The classes, [B]; empty where the model takes none.</param>
    /// <param name="conditions">Each of <see cref="Conditions"/>, [B, C, …] or [B, C], on the CPU.</param>
    /// <param name="prediction">Receives the prediction, [B, Cout, …].</param>
    /// <exception cref="ArgumentException">The model does not take such an x_t or such timesteps.</exception>
    public void Predict(
        float* x, long[] shape, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, float*[] conditions, float* prediction)
    {
        Signature.RequireShape(shape);
        int rows = (int)shape[0], most = Signature.BatchSize ?? rows;
        long inputs = Length(InChannels, shape), outputs = Length(OutChannels, shape);
        for (int first = 0; first < rows; first += most)
        {
            int count = Math.Min(most, rows - first);
            ReadOnlySpan<float> someTimes = times.Slice(first, count);
            ReadOnlySpan<long> someLabels = labels.IsEmpty ? labels : labels.Slice(first, count);
            var someConditions = new float*[conditions.Length];
            for (int i = 0; i < conditions.Length; i++) someConditions[i] = conditions[i] + first * Length(Conditions[i], shape);
            long[] some = [most, .. shape[1..]];
            float* from = x + first * inputs, to = prediction + first * outputs;
            if (count == most) Run(from, some, someTimes, someLabels, someConditions, to);
            else RunPadded(from, some, someTimes, someLabels, someConditions, to);
        }
    }

    public void Dispose() => session.Dispose();

    private static long Elements(long[] shape) => shape.Aggregate(1L, (product, size) => checked(product * size));

    private static void Positive(int? number, string name)
    {
        if (number is < 1) throw new ArgumentException($"{nameof(OnnxModelOptions)}.{name} must be at least 1, but is {number}.", name);
    }

    // The numbers of one example with so many channels.
    private static long Length(long channels, long[] shape) => channels * Elements(shape[2..]);

    private static long Length(NetworkCondition condition, long[] shape) =>
        condition.IsVector ? condition.Channels : Length(condition.Channels, shape);

    // A model of a fixed batch takes the last examples with others that nothing is read of.
    private void RunPadded(
        float* x, long[] shape, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, float*[] conditions, float* prediction)
    {
        int most = (int)shape[0], given = times.Length;
        int outputs = checked((int)(given * Length(OutChannels, shape)));
        float[] wide = Padded(x, given, most, Length(InChannels, shape)), result = Pinned(most * Length(OutChannels, shape));
        var allTimes = new float[most];
        long[] allLabels = labels.IsEmpty ? [] : new long[most];
        times.CopyTo(allTimes);
        labels.CopyTo(allLabels);
        var arrays = new float[conditions.Length][];
        var allConditions = new float*[conditions.Length];
        for (int i = 0; i < arrays.Length; i++)
        {
            arrays[i] = Padded(conditions[i], given, most, Length(Conditions[i], shape));
            allConditions[i] = Address(arrays[i]);
        }

        Run(Address(wide), shape, allTimes, allLabels, allConditions, Address(result));
        result.AsSpan(0, outputs).CopyTo(new Span<float>(prediction, outputs));
        GC.KeepAlive(wide);
        GC.KeepAlive(arrays);
    }

    private static float[] Pinned(long length) => GC.AllocateArray<float>(checked((int)length), pinned: true);

    private static float* Address(float[] pinned) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));

    private static float[] Padded(float* rows, int given, int most, long length)
    {
        float[] padded = Pinned(most * length);
        new ReadOnlySpan<float>(rows, checked((int)(given * length))).CopyTo(padded);
        return padded;
    }

    private void Run(
        float* x, long[] shape, ReadOnlySpan<float> times, ReadOnlySpan<long> labels, float*[] conditions, float* prediction)
    {
        long[] result = [shape[0], OutChannels, .. shape[2..]];
        var names = new List<string> { Signature.Sample.Name, Signature.Timestep.Name };
        using OrtValue target = Share(prediction, result);
        var values = new List<OrtValue> { Share(x, shape) };
        try
        {
            values.Add(Times(times));
            if (Signature.Label is { } label)
            {
                names.Add(label.Name);
                values.Add(Whole(label, labels));
            }

            for (int i = 0; i < conditions.Length; i++)
            {
                NetworkCondition condition = Conditions[i];
                names.Add(Signature.Conditions[i].Input.Name);
                values.Add(Share(conditions[i], [shape[0], condition.Channels, .. condition.IsVector ? [] : shape[2..]]));
            }

            Run(names, values, target, shape, result);
        }
        finally
        {
            foreach (OrtValue value in values) value.Dispose();
        }
    }

    private void Run(List<string> names, List<OrtValue> values, OrtValue target, long[] shape, long[] result)
    {
        using var run = new RunOptions();
        try
        {
            session.Run(run, names, values, [Signature.Prediction.Name], [target]);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidOperationException(
                $"{path} ({Signature.All}) does not predict [{string.Join(", ", result)}] for x_t [{string.Join(", ", shape)}]: "
                + Line(exception), exception);
        }
    }

    private static OrtValue Share(float* memory, long[] shape) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, (nint)memory, Elements(shape) * sizeof(float));

    private OrtValue Times(ReadOnlySpan<float> t)
    {
        OnnxInput input = Signature.Timestep;
        if (input.Sizes.Length == 0 || input.Sizes[0] == 1)
        {
            if (t.ContainsAnyExcept(t[0]))
            {
                throw new ArgumentException(
                    $"t must be one timestep for all examples for the input {input} of {path}, but differs.", nameof(t));
            }

            t = t[..1];
        }

        if (input.Type == TensorElementType.Float) return OrtValue.CreateTensorValueFromMemory(t.ToArray(), Axes(input, t.Length));
        var whole = new long[t.Length];
        for (int i = 0; i < whole.Length; i++)
        {
            whole[i] = (long)t[i];
            if (whole[i] == t[i]) continue;
            throw new ArgumentException(
                FormattableString.Invariant($"t must be whole numbers for the input {input} of {path}, but one is {t[i]}."), nameof(t));
        }

        return Whole(input, whole);
    }

    private static OrtValue Whole(OnnxInput input, ReadOnlySpan<long> numbers)
    {
        long[] axes = Axes(input, numbers.Length);
        return input.Type == TensorElementType.Int64
            ? OrtValue.CreateTensorValueFromMemory(numbers.ToArray(), axes)
            : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(numbers.ToArray(), number => checked((int)number)), axes);
    }

    private static long[] Axes(OnnxInput input, int count) => input.Sizes.Length == 0 ? [] : [count];

    private int Channels(int? given, string option, OnnxInput value) =>
        given ?? value.Sizes[1] ?? throw Missing($"how many channels {value.Name} has", option);

    private InvalidDataException Missing(string what, string option) =>
        new($"{path} does not say {what}: give {nameof(OnnxModelOptions)}.{option}.");
}
