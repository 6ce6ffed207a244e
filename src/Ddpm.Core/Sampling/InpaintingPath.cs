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
    Tensor? labels,
    INoiseSource noise,
    NoiseRequest draw) : SamplingPath
{
    private readonly StepRule rule = DdpmSampler.RuleOf(process);
    private readonly (int From, int To)[] moves = [.. InpaintingMoves.Of(process.Coefficients.Timesteps, options)];

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
        StepInput input = StepInput.Of(process, process.Predict(model, x, from, new BatchConditions(labels)), x, from);
        Tensor unknown = rule.Advance(input, () => Noise(0));
        // At the last step the known part is the example itself.
        return (where(known, from == 0 ? x0 : process.Forward.Sample(x0, to, Noise(1)), unknown), input.X0);
    }

    public override void Dispose() => rule.Dispose();
}
