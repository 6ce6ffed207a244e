namespace Ddpm.Hosting.Tests;

/// <summary>A network whose every call needs a permit, so that a test decides how far a run gets.</summary>
internal sealed class GatedNetwork : ISpanNetwork, IDisposable
{
    private readonly SemaphoreSlim permits = new(0);
    private volatile bool open;
    private volatile int calls;

    public int Calls => calls;

    public volatile bool IsDisposed;

    public int SpatialDimensions => 2;

    public int InChannels => 1;

    public int OutChannels => 1;

    /// <summary>What is put out in place of the network's answer.</summary>
    public float? Instead { get; set; }

    /// <summary>The first number of x at the first call of each run, which tells runs apart.</summary>
    public List<int> Rows { get; } = [];

    public InferenceModel Model() => new(this, TinyModels.Process, [1, 8, 8]);

    public GatedNetwork Permit(int more)
    {
        permits.Release(more);
        return this;
    }

    public GatedNetwork Open()
    {
        open = true;
        permits.Release(10_000);
        return this;
    }

    public void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<float> timesteps, ReadOnlySpan<long> labels, Span<float> prediction)
    {
        if (!open && !permits.Wait(TimeSpan.FromMinutes(2))) throw new InvalidOperationException("The test forgot the run.");
        Rows.Add(shape[0]);
        calls++;
        for (int i = 0; i < x.Length; i++) prediction[i] = Instead ?? 0.5f * x[i];
    }

    public void Dispose() => IsDisposed = true;
}
