using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// A scheduler of diffusers whose configuration states the training process by β_t: what it takes an absent field for. Its class names a
/// sampler, which is chosen for sampling; β_t, prediction and T are those of the training under every class.
/// </summary>
/// <param name="Name">The class.</param>
/// <param name="BetaStart">β_0 where the field is absent.</param>
/// <param name="BetaEnd">β_{T-1} where the field is absent.</param>
/// <param name="Clips">Whether x̂_0 is clipped where clip_sample is absent.</param>
internal sealed record SchedulerClass(string Name, double BetaStart = 1e-4, double BetaEnd = 0.02, bool Clips = false)
{
    public const string Field = "_class_name", Default = "DDPMScheduler";

    private const double LatentStart = 0.00085, LatentEnd = 0.012;

    private static readonly ImmutableArray<SchedulerClass> Known =
    [
        new(Default, Clips: true), new("DDIMScheduler", Clips: true), new("DDPMParallelScheduler", Clips: true),
        new("DDIMParallelScheduler", Clips: true), new("DDIMInverseScheduler", Clips: true), new("RePaintScheduler", Clips: true),
        new("PNDMScheduler"), new("LMSDiscreteScheduler"), new("EulerDiscreteScheduler"), new("EulerAncestralDiscreteScheduler"),
        new("HeunDiscreteScheduler", LatentStart, LatentEnd), new("KDPM2DiscreteScheduler", LatentStart, LatentEnd),
        new("KDPM2AncestralDiscreteScheduler", LatentStart, LatentEnd), new("DPMSolverMultistepScheduler"),
        new("DPMSolverMultistepInverseScheduler"), new("DPMSolverSinglestepScheduler"),
        new("DPMSolverSDEScheduler", LatentStart, LatentEnd), new("DEISMultistepScheduler"), new("UniPCMultistepScheduler"),
        new("SASolverScheduler"),
    ];

    /// <summary>Reads the class of a configuration.</summary>
    /// <exception cref="InvalidDataException">Its process is not stated by β_t, or nothing is known of it.</exception>
    public static SchedulerClass Read(ConfigurationReader reader) =>
        reader.Choice(Field, [.. Known.Select(known => (known.Name, known))], Default);

    /// <summary>
    /// Refuses settings of samplers by which the network is no longer told t, or learned something else than a β_t process.
    /// </summary>
    /// <exception cref="InvalidDataException">The message names the field.</exception>
    public static void RequireBetaProcess(ConfigurationReader reader)
    {
        const string flow = "use_flow_sigmas", type = "timestep_type", shift = "snr_shift_scale";
        if (reader.Flag(flow, false, whenNull: false)) throw reader.Error(flow, "false or absent (flow matching has no β_t)");
        reader.Choice(type, [("discrete", true)], "discrete", whenNull: "discrete");
        if (!reader.IsNull(shift) && reader.Number(shift) != 1) throw reader.Error(shift, "1 or absent");
    }
}
