using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Samples that go through a run together.</summary>
internal sealed class SpanBatch
{
    private readonly SampleNoise[] noises;
    private readonly long[] labelRows;

    /// <param name="request">The request, checked.</param>
    /// <param name="network">The network.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <param name="positions">The samples of the batch, counted from the request's first.</param>
    public SpanBatch(InferenceRequest request, INetworkDescription network, ReadOnlySpan<int> shape, int[] positions)
    {
        Positions = positions;
        Indices = [.. positions.Select(position => request.FirstSample + position)];
        Elements = 1;
        foreach (int length in shape) Elements *= length;
        Size = network.SpatialDimensions switch
        {
            2 => new PlaneSize(shape[1], shape[2]),
            1 => new PlaneSize(1, shape[1]),
            _ => new PlaneSize(1, 1),
        };
        noises = [.. positions.Select(position => request.Noise?[position] ?? new(request.Seed, request.FirstSample + position))];
        NullRow = network.ClassCount;
        // Guidance strengthens a class: without one there is nothing to guide.
        Guidance = request.Labels is null ? new Guidance(1, 0) : new Guidance(request.GuidanceScale, request.GuidanceRescale);
        labelRows = network.ClassCount == 0 ? [] : [.. positions.Select(position => Row(request, position))];
    }

    /// <summary>Gets the samples, counted from the request's first.</summary>
    public int[] Positions { get; }

    /// <summary>Gets the number of each sample.</summary>
    public long[] Indices { get; }

    /// <summary>Gets how many samples.</summary>
    public int Rows => Positions.Length;

    /// <summary>Gets the numbers of one sample.</summary>
    public int Elements { get; }

    /// <summary>Gets the numbers of all samples.</summary>
    public int Length => checked(Rows * Elements);

    /// <summary>Gets the height and width of a sample as plans have them.</summary>
    public PlaneSize Size { get; }

    /// <summary>Gets the row of the class embedding for each sample; empty where the network knows no classes.</summary>
    public ReadOnlySpan<long> LabelRows => labelRows;

    /// <summary>Gets the row of the class embedding for no class.</summary>
    public int NullRow { get; }

    /// <summary>Gets how the class is strengthened.</summary>
    public Guidance Guidance { get; }

    /// <summary>Draws noise that depends on the seed, the sample's number and the step only, as Core's PerSampleNoise does.</summary>
    /// <param name="step">Which draw of the run.</param>
    /// <param name="noise">Receives standard normal numbers.</param>
    public void Draw(int step, Span<float> noise)
    {
        for (int row = 0; row < Rows; row++)
        {
            new CounterBasedRandom(noises[row].Seed, noises[row].Number, step).FillNormal(noise.Slice(row * Elements, Elements));
        }
    }

    /// <summary>Takes the batch's rows of what the request gives for all samples, or one for every sample.</summary>
    public void Gather<T>(ReadOnlySpan<T> all, Span<T> target)
    {
        for (int row = 0; row < Rows; row++)
        {
            int first = all.Length == Elements ? 0 : Positions[row] * Elements;
            all.Slice(first, Elements).CopyTo(target.Slice(row * Elements, Elements));
        }
    }

    private long Row(InferenceRequest request, int position)
    {
        long label = request.Labels is { } labels ? labels[position / request.SamplesPerLabel] : -1;
        return label < 0 ? NullRow : label;
    }
}
