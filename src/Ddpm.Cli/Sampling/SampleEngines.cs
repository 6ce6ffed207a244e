using Ddpm.Core;

namespace Ddpm.Cli.Sampling;

/// <summary>Chooses how a plan is drawn: on spans where they have what it asks for, for that needs no libtorch; else on tensors.</summary>
internal static class SampleEngines
{
    /// <summary>Opens the engine of a plan.</summary>
    /// <param name="plan">What is drawn and how.</param>
    /// <param name="ranks">The processes that draw.</param>
    /// <param name="loadTorch">Loads libtorch for what it is told.</param>
    /// <param name="threads">The threads that compute on spans; null for as many as libtorch would take.</param>
    public static ISampleEngine Open(SamplePlan plan, ICommunicator ranks, Action<string> loadTorch, int? threads = null)
    {
        if (NeedsTensors(plan.Options, ranks) is not { } option) return new SpanEngine(plan, threads);
        loadTorch($"ddpm sample {option}");
        return new TensorEngine(plan, ranks);
    }

    /// <summary>The option that only tensors can serve; null where there is none.</summary>
    public static string? NeedsTensors(SamplingOptions options, ICommunicator ranks) =>
        ranks is not SingleProcess ? "--mpi"
        : options.Device != "cpu" ? $"--device {options.Device}"
        : options.Noise == "stream" ? "--noise stream"
        : null;
}
