using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// RePaint's way down and up again: a move down draws the known part from q and the rest from p_θ, a move up adds noise. Owns its rule.
/// </summary>
internal sealed class InpaintingPath(
    ReverseDiffusion process,
    IEpsilonModel model,
    InpaintingOptions options,
    Tensor x0,
    Tensor known,
    INoiseSource noise,
    NoiseRequest draw) : SamplingPath
{
    private readonly StepRule rule = DdpmSampler.RuleOf(process);
    private readonly (int From, int To)[] moves = [.. Moves(process.Coefficients.Timesteps, options)];

    public override int Samples => draw.SampleIndices.Count;

    public override int Length => moves.Length;

    public override int Timestep(int move) => moves[move].From;

    public override Tensor Start() => noise.Draw(draw);

    public override (Tensor Next, Tensor? X0) Move(int move, Tensor x)
    {
        (int from, int to) = moves[move];
        // Two draws a move: for the unknown part and for the known one, or for the move up.
        Tensor Noise(int which) => noise.Draw(draw with { Step = 1 + 2 * move + which });
        if (to > from) return (process.Forward.Step(x, to, Noise(0)), null);
        StepInput input = StepInput.Of(process, process.Predict(model, x, from), x, from);
        Tensor unknown = rule.Advance(input, () => Noise(0));
        // At the last step the known part is the example itself.
        return (where(known, from == 0 ? x0 : process.Forward.Sample(x0, to, Noise(1)), unknown), input.X0);
    }

    public override void Dispose() => rule.Dispose();

    // (t, t-1) down and (t-1, t) up; -1 is x_0. As the authors' schedule: wherever a stretch of the jump's length has been passed, it is
    // passed again.
    private static IEnumerable<(int From, int To)> Moves(int timesteps, InpaintingOptions options)
    {
        var left = new Dictionary<int, int>();
        for (int t = 0; t < timesteps - options.JumpLength; t += options.JumpLength) left[t] = options.Resamples - 1;
        int at = timesteps - 1;
        while (at >= 0)
        {
            yield return (at, at - 1);
            at--;
            if (at < 0 || !left.TryGetValue(at, out int times) || times == 0) continue;
            left[at] = times - 1;
            for (int i = 0; i < options.JumpLength; i++)
            {
                yield return (at, at + 1);
                at++;
            }
        }
    }
}
