using System.Globalization;
using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Cli.Sampling;

/// <summary>Draws on the CPU with Ddpm.Inference: float32 arithmetic, noise for each sample by itself, no libtorch.</summary>
internal sealed class SpanEngine : ISampleEngine
{
    private readonly SamplePlan plan;
    private readonly InferenceModel model;
    private readonly InferenceModel? weak;
    private readonly InferenceSampler sampler;

    /// <param name="plan">What is drawn and how.</param>
    /// <param name="threads">The threads that compute; null for as many as libtorch would take.</param>
    public SpanEngine(SamplePlan plan, int? threads = null)
    {
        this.plan = plan;
        SamplingOptions options = plan.Options;
        model = InferenceModel.Load(plan.Source.Folder, new InferenceLoadOptions
        {
            WeightPrefix = options.Folder.WeightPrefix,
            Variant = options.Folder.Variant,
            Process = plan.Given,
        });
        try
        {
            weak = plan.Guidance.Weak is { } folder ? InferenceModel.Load(folder) : null;
            sampler = model.CreateSampler(plan.Method, new InferenceSamplerOptions
            {
                Steps = plan.Timesteps is null ? plan.Steps : null,
                Timesteps = plan.Timesteps,
                Eta = options.Eta ?? 0,
                RederiveNoise = !options.KeepNoise,
                Langevin = plan.Langevin,
                WeakModel = weak,
                Weights = options.Dtype == "bfloat16" ? WeightPrecision.BFloat16 : WeightPrecision.Full,
                Threads = threads ?? Threads(Environment.GetEnvironmentVariable("OMP_NUM_THREADS")),
            });
        }
        catch
        {
            weak?.Dispose();
            model.Dispose();
            throw;
        }
    }

    public IEnumerable<DrawnBatch> Batches(DrawRequest request, IProgress<SamplingProgress>? progress, CancellationToken stop)
    {
        SamplingOptions options = plan.Options;
        var drawn = new InferenceRequest
        {
            FirstSample = request.First,
            Count = request.Count,
            Seed = options.Seed,
            BatchSize = options.BatchSize,
            Skip = request.Skip,
            Labels = plan.LabelsOf(request.First, request.Count),
            Conditions = plan.Conditions.Of(request.First, request.Count)?
                .ToDictionary(pair => pair.Key, pair => (ReadOnlyMemory<float>)pair.Value),
            GuidanceScale = options.Guidance,
            GuidanceRescale = options.GuidanceRescale,
            GuidanceInterval = plan.Guidance.Interval,
            Start = request.Start is { } start ? InferenceStart.Noisy(start, plan.Steps - 1) : null,
        };
        foreach (InferenceBatch batch in sampler.Batches(drawn, progress, stop))
        {
            yield return new DrawnBatch(batch.Indices, batch.Samples, request.KeepsNoise ? Noise(batch) : default);
        }
    }

    public void Dispose()
    {
        sampler.Dispose();
        weak?.Dispose();
        model.Dispose();
    }

    /// <summary>As many threads as libtorch would take: those that the variable of OpenMP says; null for all processors.</summary>
    internal static int? Threads(string? variable)
    {
        string? first = variable?.Split(',')[0].Trim();
        return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads > 0 ? threads : null;
    }

    // The first draw of every sample.
    private float[] Noise(InferenceBatch batch)
    {
        var noise = new float[batch.Samples.Length];
        int elements = plan.Elements;
        for (int row = 0; row < batch.Indices.Length; row++)
        {
            new CounterBasedRandom(plan.Options.Seed, batch.Indices[row], 0).FillNormal(noise.AsSpan(row * elements, elements));
        }

        return noise;
    }
}
