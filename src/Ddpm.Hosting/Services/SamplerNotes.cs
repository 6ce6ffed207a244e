using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>When to choose a sampler, in a line.</summary>
internal static class SamplerNotes
{
    /// <summary>Returns the line of a sampler.</summary>
    public static string Of(SamplingMethod method) => method.Name switch
    {
        "ddpm" => "The paper's own, with noise at every step, which mends the network's errors on the way; "
            + "a tenth of the steps is nearly as good",
        "ddim" => "Deterministic: the same noise gives the same picture at any number of steps",
        "dpm-solver++" => "Second order: good pictures in 20 steps",
        "ipndm" => "Fourth order: smooth trajectories in 20 steps",
        "unipc" => "Second order, and each step corrects the one before: good pictures in 10 steps",
        "langevin" => "Follows the score with noise at each noise level: two calls of the network a step, and many more below 50 steps",
        "predictor-corrector" => "DDPM with a Langevin step before each of its steps: two calls of the network a step",
        _ => method.Title,
    };
}
