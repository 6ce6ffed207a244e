using System.Diagnostics;
using Ddpm.Inference;

namespace Ddpm.Hosting;

/// <summary>Draws runs of one setting together, and shows every step to each.</summary>
internal sealed class Drawing
{
    private readonly IReadOnlyList<Run> runs;
    private readonly PreviewPace[] paces;
    private readonly RunSettings settings;
    private readonly InferenceSampler sampler;
    private readonly long started = Stopwatch.GetTimestamp();

    /// <param name="runs">The runs, which have begun; at least one.</param>
    public Drawing(IReadOnlyList<Run> runs)
    {
        this.runs = runs;
        settings = runs[0].Settings;
        paces = [.. runs.Select(run => new PreviewPace(run.Moves, run.Settings.PreviewEvery))];
        sampler = runs[0].Model.SamplerOf(settings.Sampler);
    }

    /// <summary>Draws to the end, or throws what stopped it. A run of several that is cancelled stops none of the others.</summary>
    public void Draw()
    {
        using var stop = new CancellationTokenSource();
        CancellationTokenRegistration[] registrations = [.. runs.Select(run => run.Stopping.Register(() =>
        {
            if (runs.All(each => each.Stopping.IsCancellationRequested)) stop.Cancel();
        }))];
        try
        {
            InferenceState last = default;
            foreach (InferenceState state in sampler.Steps(Request(), stop.Token))
            {
                if (state.Step == 0) Begin(state);
                else Show(state);
                last = state;
            }

            ReadOnlySpan<float> samples = last.X.Span;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
            int first = 0;
            foreach (Run run in runs)
            {
                run.Finish(Images(run, samples, first), elapsed);
                first += run.Settings.Sample.Count;
            }
        }
        finally
        {
            foreach (CancellationTokenRegistration registration in registrations) registration.Dispose();
        }
    }

    private InferenceRequest Request()
    {
        int count = runs.Sum(run => run.Settings.Sample.Count);
        bool labelled = settings.Sample.Labels is not null;
        return new InferenceRequest
        {
            Count = count,
            SampleShape = settings.Shape,
            Noise = [.. runs.SelectMany(run => Enumerable.Range(0, run.Settings.Sample.Count).Select(run.Settings.NoiseOf))],
            Labels = labelled
                ? [.. runs.SelectMany(run => Enumerable.Range(0, run.Settings.Sample.Count).Select(k => (long)run.Settings.LabelOf(k)!))]
                : null,
            Conditions = settings.Conditions.Keys.ToDictionary(name => name, Rows),
            GuidanceScale = settings.Sample.Guidance,
            GuidanceInterval = settings.Sample.GuidanceInterval,
            KeptConditions = settings.Sample.KeptConditions ?? [],
            Start = settings.Start(),
            Inpainting = settings.Inpaint(),
        };
    }

    private ReadOnlyMemory<float> Rows(string condition)
    {
        int length = settings.Conditions[condition].Length, row = 0;
        var all = new float[checked(runs.Sum(run => run.Settings.Sample.Count) * length)];
        foreach (Run run in runs)
        {
            ConditionRows rows = run.Settings.Conditions[condition];
            for (int k = 0; k < run.Settings.Sample.Count; k++) rows.Of(k).CopyTo(all.AsSpan(row++ * length));
        }

        return all;
    }

    private void Begin(InferenceState state)
    {
        int first = 0;
        foreach (Run run in runs)
        {
            var start = new SamplingPreview(0, run.Moves, null, TimeSpan.Zero, null, Images(run, state.X.Span, first));
            run.Update(snapshot => snapshot with { Start = start });
            first += run.Settings.Sample.Count;
        }
    }

    private void Show(InferenceState state)
    {
        HostingInstruments.Stepped(runs[0].ModelName, settings.Sample.Sampler);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        int timestep = sampler.Coefficients.Schedule.ModelTimestep(state.Timestep), first = 0;
        for (int i = 0; i < runs.Count; i++)
        {
            Run run = runs[i];
            SamplingPreview? preview = null;
            if (!state.X0.IsEmpty && paces[i].IsDue(state.Step))
            {
                preview = new SamplingPreview(state.Step, run.Moves, timestep, elapsed,
                    Images(run, state.X0.Span, first), Images(run, state.X.Span, first));
            }

            run.Update(snapshot => snapshot with
            {
                Step = state.Step,
                Timestep = timestep,
                Elapsed = elapsed,
                Preview = preview ?? snapshot.Preview,
            });
            first += run.Settings.Sample.Count;
        }
    }

    private static GeneratedImages Images(Run run, ReadOnlySpan<float> all, int first)
    {
        int elements = run.Settings.Elements;
        return new GeneratedImages(run.Settings.Sample, run.Settings.Shape[0],
            all.Slice(first * elements, run.Settings.Sample.Count * elements).ToArray());
    }
}
