using Ddpm.Cli.Shell;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Cli.Sampling;

/// <summary>Draws on tensors: on any device, with any noise, on several ranks.</summary>
internal sealed class TensorEngine : ISampleEngine
{
    private readonly SamplePlan plan;
    private readonly TrainedModel model;
    private readonly TrainedModel? weak;
    private readonly DiffusionSampler sampler;
    private readonly ICommunicator ranks;
    private readonly Device device;

    /// <param name="plan">What is drawn and how.</param>
    /// <param name="ranks">The processes that draw; this one draws its share.</param>
    public TensorEngine(SamplePlan plan, ICommunicator ranks)
    {
        this.plan = plan;
        this.ranks = ranks;
        SamplingOptions options = plan.Options;
        device = Communicators.Device(options.Device, ranks, options.Gpu.TensorFloat32);
        model = ModelFolder.Load(plan.Source.Folder, plan.Source.Loading(plan.Description));
        try
        {
            IConditionalEpsilonModel network = Prepare(model);
            if (plan.Guidance.Weak is { } folder)
            {
                weak = ModelFolder.Load(folder);
                IEpsilonModel worse = Prepare(weak);
                network = new AutoguidedModel(network, worse, options.Guidance, options.GuidanceRescale, plan.Guidance.Interval);
            }
            else if (options.Guidance != 1)
            {
                network = new GuidedModel(network, options.Guidance, options.GuidanceRescale, interval: plan.Guidance.Interval);
            }

            var process = new ReverseDiffusion(plan.Schedule, model.Process.Options);
            SamplerEntry entry = KnownSamplers.Find(plan.Method.Name);
            var ddim = new DdimOptions { Eta = options.Eta ?? 0, RederiveNoise = !options.KeepNoise };
            sampler = entry == KnownSamplers.Ddim ? new DdimSampler(network, process, ddim)
                : entry == KnownSamplers.Langevin ? new LangevinSampler(network, process, plan.Langevin)
                : entry == KnownSamplers.PredictorCorrector ? new PredictorCorrectorSampler(network, process, plan.Langevin)
                : entry.Create(network, process);
        }
        catch
        {
            weak?.Dispose();
            model.Dispose();
            throw;
        }
    }

    private IConditionalEpsilonModel Prepare(TrainedModel prepared)
    {
        prepared.Network.ChannelsLast = plan.Options.Gpu.ChannelsLast;
        return Precision.Prepare(prepared.Network, plan.Options.Dtype, device);
    }

    public IEnumerable<DrawnBatch> Batches(DrawRequest request, IProgress<SamplingProgress>? progress, CancellationToken stop)
    {
        float[] noise = [];
        using Tensor? start = request.Start is { } values ? tensor(values.ToArray()).reshape([request.Count, .. Shape]) : null;
        Action<Tensor>? initial = request.KeepsNoise && start is null ? drawn => noise = Floats(drawn) : null;
        foreach (SampleBatch batch in Draw(request, start, initial, progress, stop))
        {
            using (batch) yield return new DrawnBatch(batch.Indices, Floats(batch.Samples), noise);
        }
    }

    /// <summary>Draws samples and gives them as the bytes of images, uint8 [B, C, H, W]; the caller disposes each batch.</summary>
    public IEnumerable<Tensor> Images(DrawRequest request, IProgress<SamplingProgress>? progress, CancellationToken stop)
    {
        PixelRounding rounding = plan.Options.Rounding == "truncate" ? PixelRounding.Truncate : PixelRounding.Nearest;
        foreach (SampleBatch batch in Draw(request, null, null, progress, stop))
        {
            using (batch) yield return PixelConversion.ToBytes(batch.Samples, rounding).DetachFromDisposeScope();
        }
    }

    public void Dispose()
    {
        weak?.Dispose();
        model.Dispose();
    }

    private IEnumerable<long> Shape => plan.Shape.Select(size => (long)size);

    private IEnumerable<SampleBatch> Draw(
        DrawRequest request, Tensor? start, Action<Tensor>? initial, IProgress<SamplingProgress>? progress, CancellationToken stop)
    {
        SamplingOptions options = plan.Options;
        using Generator? generator = options.Noise == "stream" ? new Generator((ulong)options.Seed, CPU) : null;
        INoiseSource noise = generator is null ? new PerSampleNoise(options.Seed) : new StreamNoise(generator);
        Dictionary<string, Tensor>? conditions = plan.Conditions.Of(request.First, request.Count)?.ToDictionary(
            pair => pair.Key, pair => Rows(pair.Value, request.Count, plan.Conditions.ShapeOf(pair.Key)));
        var drawn = new SamplingRequest
        {
            FirstSample = request.First,
            Count = request.Count,
            SampleShape = [.. Shape],
            BatchSize = options.BatchSize,
            Noise = initial is null ? noise : new WatchedNoise(noise, initial),
            Device = device,
            Skip = request.Skip,
            Labels = plan.LabelsOf(request.First, request.Count),
            Conditions = conditions,
            Start = start is null ? null : new SamplingStart(start, plan.Steps - 1),
        };
        try
        {
            foreach (SampleBatch batch in sampler.Batches(drawn.ShardFor(ranks), progress, stop)) yield return batch;
        }
        finally
        {
            if (conditions is not null)
            {
                foreach (Tensor condition in conditions.Values) condition.Dispose();
            }
        }
    }

    private static Tensor Rows(float[] values, int count, IReadOnlyList<int> shape) =>
        tensor(values, [count, .. shape.Select(size => (long)size)]).DetachFromDisposeScope();

    private static float[] Floats(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.cpu().contiguous().data<float>().ToArray();
    }
}
