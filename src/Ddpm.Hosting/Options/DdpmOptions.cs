using Ddpm.Inference;

namespace Ddpm.Hosting;

/// <summary>Sets which model a service draws with, and its limits. Hosts validate the options when they start.</summary>
public sealed class DdpmOptions
{
    /// <summary>Gets or sets the model folder.</summary>
    /// <value>Default: null; then <see cref="Load"/> must be given.</value>
    public string? Folder { get; set; }

    /// <summary>
    /// Gets or sets what makes the model, in place of <see cref="Folder"/>: a model that ONNX Runtime or libtorch computes plugs in here as
    /// an <see cref="ISpanNetwork"/>. The service disposes the model.
    /// </summary>
    /// <value>Default: null (<see cref="InferenceModel.Load(string, InferenceLoadOptions?)"/> of the folder).</value>
    public Func<InferenceModel>? Load { get; set; }

    /// <summary>
    /// Gets or sets the folder of a weaker version of the model, such as an earlier snapshot of its training: guidance then leads away from
    /// its predictions (autoguidance, Karras et al. 2024, arXiv:2406.02507), and needs no class.
    /// </summary>
    /// <value>Default: null (guidance strengthens a class or conditions).</value>
    public string? WeakFolder { get; set; }

    /// <summary>Gets or sets what makes the weaker version, in place of <see cref="WeakFolder"/>. The service disposes it.</summary>
    /// <value>Default: null.</value>
    public Func<InferenceModel>? LoadWeak { get; set; }

    /// <summary>Gets or sets what people call the model.</summary>
    /// <value>Default: null (the last part of the folder's path).</value>
    public string? Title { get; set; }

    /// <summary>Gets or sets whether the model loads and compiles when the host starts, before the first request.</summary>
    /// <value>Default: false (with the first request).</value>
    public bool WarmUp { get; set; }

    /// <summary>
    /// Gets or sets the worker that draws. One worker draws one run after the other, because a network uses all cores; models that share a
    /// device share its worker.
    /// </summary>
    /// <value>Default: "cpu".</value>
    public string Worker { get; set; } = "cpu";

    /// <summary>Gets or sets the most samples of one request; they are in memory together. Range: 1 … 65536.</summary>
    /// <value>Default: 64.</value>
    public int MaxCount { get; set; } = 64;

    /// <summary>Gets or sets the most steps of one request. Range: ≥ 1.</summary>
    /// <value>Default: null (the timesteps of the model's process).</value>
    public int? MaxSteps { get; set; }

    /// <summary>Gets or sets the largest height and width that a request may ask for, in pixels. Range: 1 … 16384.</summary>
    /// <value>Default: null (the model's own size only).</value>
    public int? MaxSize { get; set; }

    /// <summary>
    /// Gets or sets the most samples of one run that small requests of one setting share; 0: every request has a separate run. A larger
    /// number draws a little more in a second, and all wait longer for the run in progress. Range: 0 … 65536.
    /// </summary>
    /// <value>Default: 16.</value>
    public int MaxBatch { get; set; } = 16;

    /// <summary>Gets or sets how many requests may wait. Range: 1 … 1000000.</summary>
    /// <value>Default: 16.</value>
    public int QueueLength { get; set; } = 16;

    /// <summary>Gets or sets how long a request may wait for its run. Range: &gt; 0.</summary>
    /// <value>Default: null (no limit).</value>
    public TimeSpan? WaitLimit { get; set; }

    /// <summary>Gets or sets how long a run may take. Range: &gt; 0.</summary>
    /// <value>Default: null (no limit).</value>
    public TimeSpan? RunLimit { get; set; }

    /// <summary>Gets or sets how many threads compute. Range: ≥ 1.</summary>
    /// <value>Default: null (one for each processor).</value>
    public int? Threads { get; set; }

    /// <summary>Gets or sets how the weights are stored.</summary>
    /// <value>Default: <see cref="WeightPrecision.Full"/>.</value>
    public WeightPrecision Weights { get; set; }
}
