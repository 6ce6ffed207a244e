using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>Samples that go through a run together.</summary>
internal sealed class SpanBatch
{
    private readonly SampleNoise[] noises;
    private readonly long[] labelRows;
    private readonly InferenceRequest request;

    /// <param name="request">The request, checked.</param>
    /// <param name="network">The network.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <param name="positions">The samples of the batch, counted from the request's first.</param>
    /// <param name="autoguided">Whether a weaker network gives the worse prediction.</param>
    public SpanBatch(InferenceRequest request, INetworkDescription network, ReadOnlySpan<int> shape, int[] positions, bool autoguided)
    {
        this.request = request;
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
        // Without a weaker network guidance strengthens conditions: without one there is nothing to guide.
        bool given = autoguided || request.Labels is not null || network.Conditions.Count > 0;
        Guidance = new Guidance(given ? request.GuidanceScale : 1, request.GuidanceRescale, request.GuidanceInterval);
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

    /// <summary>Gets how predictions are guided.</summary>
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

    /// <summary>Copies the batch's rows of a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="again">Whether as many rows follow for the prediction without it: the same if it is kept, otherwise zeros.</param>
    /// <returns>The numbers, [B, C, …] or [2B, C, …], in memory that does not move.</returns>
    public float[] Condition(NetworkCondition condition, bool again)
    {
        ReadOnlySpan<float> all = request.Conditions![condition.Name].Span;
        int length = condition.Channels * (condition.IsVector ? 1 : checked((int)(Size.Height * Size.Width)));
        float[] rows = GC.AllocateArray<float>(checked(Rows * length * (again ? 2 : 1)), pinned: true);
        for (int row = 0; row < Rows; row++)
        {
            all.Slice(Positions[row] / request.SamplesPerLabel * length, length).CopyTo(rows.AsSpan(row * length));
        }

        if (again && request.KeptConditions.Contains(condition.Name)) rows.AsSpan(0, Rows * length).CopyTo(rows.AsSpan(Rows * length));
        return rows;
    }

    private long Row(InferenceRequest request, int position)
    {
        long label = request.Labels is { } labels ? labels[position / request.SamplesPerLabel] : -1;
        return label < 0 ? NullRow : label;
    }
}
