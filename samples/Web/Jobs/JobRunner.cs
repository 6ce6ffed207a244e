using System.Diagnostics;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Web;

/// <summary>Does the work of a run: samples, and shows every step.</summary>
internal sealed class JobRunner(ServedModel model)
{
    /// <summary>Runs to the end, or throws what stopped it.</summary>
    public void Run(Job job)
    {
        JobSettings settings = job.Settings;
        long started = Stopwatch.GetTimestamp();
        job.Update(snapshot => snapshot with { State = JobState.Running });
        ReverseDiffusion process = settings.Sampler.Respace(model.Process, settings.Steps);
        IEpsilonModel network = settings.Guidance == 1 || settings.Label is null
            ? model.Network
            : new GuidedModel(model.Network, settings.Guidance);
        var pace = new PreviewPace(settings.Steps);
        var request = new SamplingRequest
        {
            Count = settings.Count,
            BatchSize = settings.Count,
            SampleShape = model.Shape,
            Noise = new PerSampleNoise(settings.Seed),
            Device = model.Device,
            Labels = settings.Label is { } label ? [label] : null,
            SamplesPerLabel = settings.Label is null ? 1 : settings.Count,
            PreviewEvery = 1,
            Preview = state =>
            {
                JobPreview? preview = pace.IsDue(state.Step) ? JobPictures.Preview(state.Step, state.X0!) : null;
                int timestep = process.Coefficients.Schedule.ModelTimestep(state.Timestep);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
                job.Update(snapshot =>
                    snapshot with { Step = state.Step, Timestep = timestep, Elapsed = elapsed, Preview = preview ?? snapshot.Preview });
            },
        };
        using Tensor samples = settings.Sampler.Create(network, process).Sample(request, null, job.Stopping);
        job.Finish(JobPictures.Result(samples), Stopwatch.GetElapsedTime(started));
    }
}

/// <summary>
/// Which steps are shown: some forty in a run however many steps it has, one a second of a network that is slow, and the last.
/// </summary>
internal sealed class PreviewPace(int steps)
{
    private const int Shown = 40;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly int every = Math.Max(1, steps / Shown);
    private long last = Stopwatch.GetTimestamp();

    public bool IsDue(int step)
    {
        if (step % every != 0 && step != steps && Stopwatch.GetElapsedTime(last) < Longest) return false;
        last = Stopwatch.GetTimestamp();
        return true;
    }
}
