namespace Ddpm.Core;

/// <summary>Reports the progress of one run after the other, all of one length, as progress of them all.</summary>
internal sealed class RunsProgress(IProgress<SamplingProgress> whole, int runs) : IProgress<SamplingProgress>
{
    private int finished;
    private TimeSpan before;

    public void Report(SamplingProgress run)
    {
        whole.Report(new SamplingProgress(
            finished * run.StepsTotal + run.StepsDone,
            runs * run.StepsTotal,
            finished * run.SamplesTotal + run.SamplesDone,
            runs * run.SamplesTotal,
            before + run.Elapsed));
        if (run.StepsDone < run.StepsTotal) return;
        finished++;
        before += run.Elapsed;
    }
}
