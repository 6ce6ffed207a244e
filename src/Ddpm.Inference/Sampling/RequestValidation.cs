using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Checks a request against a model and a method before anything is computed.</summary>
internal static class RequestValidation
{
    /// <summary>Throws for the first part of a request that is out of range.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model.</param>
    /// <param name="weak">The weaker model of autoguidance; null for none.</param>
    /// <param name="method">How it is sampled.</param>
    /// <param name="timesteps">The sampler's steps.</param>
    /// <returns>The shape of one sample.</returns>
    /// <exception cref="ArgumentException">The request is out of range.</exception>
    public static int[] Validate(
        this InferenceRequest request, InferenceModel model, InferenceModel? weak, SamplingMethod method, int timesteps)
    {
        Require.AtLeast(request.SamplesPerLabel, 1, nameof(request.SamplesPerLabel));
        if (request.Labels is { Count: 0 })
        {
            throw new ArgumentException("Labels must be null or at least one, but are none.", nameof(request));
        }

        Require.AtLeast(request.Count, 1, nameof(request.Count));
        Require.AtLeast(request.FirstSample, 0, nameof(request.FirstSample));
        if (request.Noise is { } noise && noise.Count != request.Count)
        {
            throw new ArgumentException($"Noise must be null or that of {request.Count} samples, but is that of {noise.Count}.",
                nameof(request));
        }

        Require.AtLeast(request.BatchSize, 1, nameof(request.BatchSize));
        Require.AtLeast(request.PreviewEvery, 1, nameof(request.PreviewEvery));
        Require.NotNegative(request.GuidanceScale, nameof(request.GuidanceScale));
        Require.UnitInterval(request.GuidanceRescale, nameof(request.GuidanceRescale));
        int[] shape = Shape(request, model, Math.Max(model.SizeMultiple, weak?.SizeMultiple ?? 1));
        int elements = Elements(request, model, shape);
        CheckLabels(request, model.Network, weak is not null);
        CheckConditions(request, model.Network, elements / shape[0]);
        CheckStart(request, timesteps, elements);
        CheckInpainting(request, method, elements, elements / shape[0]);
        return shape;
    }

    private static int[] Shape(InferenceRequest request, InferenceModel model, int multiple)
    {
        IReadOnlyList<int> shape = request.SampleShape ?? model.SampleShape ?? throw new ArgumentException(
            "SampleShape must be given, for the model does not say how large its samples are.", nameof(request));
        int[] given = [.. shape];
        int dimensions = model.Network.SpatialDimensions, channels = model.Network.InChannels;
        bool valid = given.Length == 1 + dimensions && given[0] == channels && given[1..].All(size => size > 0 && size % multiple == 0);
        if (valid) return given;
        string sizes = dimensions switch { 2 => ", H, W", 1 => ", L", _ => "" };
        string multiples = dimensions == 0 ? "" : $" with sizes that are positive multiples of {multiple}";
        throw new ArgumentException(
            $"SampleShape must be [{channels}{sizes}]{multiples} for the network, but is [{string.Join(", ", given)}].", nameof(request));
    }

    private static int Elements(InferenceRequest request, InferenceModel model, int[] shape)
    {
        double elements = shape.Aggregate(1.0, (product, size) => product * size);
        int outputs = Math.Max(model.OutChannels / model.Network.InChannels, 1) * (request.GuidanceScale == 1 ? 1 : 2);
        double most = Math.Floor(Array.MaxLength / (outputs * elements));
        int rows = Math.Min(request.BatchSize, request.Count);
        if (rows > most)
        {
            throw new ArgumentException($"BatchSize must be at most {most} for samples of [{string.Join(", ", shape)}], but is {rows}.",
                nameof(request));
        }

        return (int)elements;
    }

    private static void CheckLabels(InferenceRequest request, INetworkDescription network, bool autoguided)
    {
        int count = network.ClassCount;
        bool none = network.HasNullLabel;
        if (request.Labels is null)
        {
            if (count > 0 && !none)
            {
                throw new ArgumentException("Labels must be given, for the network was trained without a null label.", nameof(request));
            }

            if (request.GuidanceScale == 1 || autoguided || network.Conditions.Count > 0) return;
            throw new ArgumentException(
                $"GuidanceScale must be 1 without Labels and WeakModel, for guidance strengthens a class, but is {request.GuidanceScale}.",
                nameof(request));
        }

        if (count == 0) throw new ArgumentException("Labels must be null, for the network knows no classes.", nameof(request));
        if ((long)request.Labels.Count * request.SamplesPerLabel != request.Count)
        {
            throw new ArgumentException($"Labels must be as many that {request.SamplesPerLabel} of each make Count = {request.Count}, " +
                $"but are {request.Labels.Count}.", nameof(request));
        }

        foreach (long label in request.Labels)
        {
            if (label < count && label >= (none ? -1 : 0)) continue;
            throw new ArgumentException(
                $"Labels must be 0 … {count - 1}{(none ? ", -1 for none" : "")}, but one is {label}.", nameof(request));
        }

        if (!none && !autoguided && request.GuidanceScale != 1)
        {
            throw new ArgumentException(
                $"GuidanceScale must be 1, for the network was trained without a null label, but is {request.GuidanceScale}.",
                nameof(request));
        }
    }

    private static void CheckConditions(InferenceRequest request, INetworkDescription network, int pixels)
    {
        IReadOnlyList<NetworkCondition> expected = network.Conditions;
        IEnumerable<string> given = (request.Conditions?.Keys ?? []).Concat(request.KeptConditions);
        NetworkCondition.RequireKnown(given, expected, nameof(request.Conditions), nameof(request));
        foreach (NetworkCondition condition in expected)
        {
            long length = condition.Channels * (condition.IsVector ? 1L : pixels), rows = request.Count / request.SamplesPerLabel;
            int numbers = request.Conditions?.GetValueOrDefault(condition.Name).Length ?? 0;
            if (numbers == rows * length && rows * request.SamplesPerLabel == request.Count) continue;
            throw new ArgumentException(
                $"Conditions must have \"{condition.Name}\", {length} numbers for each row, with as many rows that " +
                $"{request.SamplesPerLabel} samples of each make Count = {request.Count}, but it holds {numbers}; zeros stand for a " +
                "condition that is absent.",
                nameof(request));
        }
    }

    private static void CheckStart(InferenceRequest request, int timesteps, int elements)
    {
        if (request.Start is not { } start) return;
        start.MovesOf(timesteps);
        CheckValues(request, start.Values, elements, "Start.Values");
    }

    private static void CheckInpainting(InferenceRequest request, SamplingMethod method, int elements, int pixels)
    {
        if (request.Inpainting is not { } inpainting) return;
        if (request.Start is not null) throw new ArgumentException("Inpainting must be null where Start is given.", nameof(request));
        if (method != SamplingMethod.Ddpm)
        {
            throw new ArgumentException(
                $"Inpainting must be null for {method}: only {SamplingMethod.Ddpm} goes back and forth.", nameof(request));
        }

        inpainting.Options.Validated();
        CheckValues(request, inpainting.X0, elements, "Inpainting.X0");
        int known = inpainting.Known.Length;
        if (known == pixels || known == elements || known == (long)request.Count * elements) return;
        throw new ArgumentException($"Inpainting.Known must hold {pixels} pixels, {elements} numbers for one sample or " +
            $"{(long)request.Count * elements} for {request.Count}, but holds {known}.", nameof(request));
    }

    private static void CheckValues(InferenceRequest request, ReadOnlyMemory<float> values, int elements, string name)
    {
        if (values.Length != elements && values.Length != (long)request.Count * elements)
        {
            throw new ArgumentException($"{name} must hold {elements} numbers for one sample or {(long)request.Count * elements} for " +
                $"{request.Count}, but holds {values.Length}.", nameof(request));
        }
    }
}
