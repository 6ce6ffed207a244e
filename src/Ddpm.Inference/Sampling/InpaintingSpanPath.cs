using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// RePaint's way down and up again (Lugmayr et al. 2022, arXiv:2201.09865): a move down draws the known part from q and the rest from p_θ,
/// a move up adds noise.
/// </summary>
internal sealed class InpaintingSpanPath : SpanPath
{
    private readonly ReverseProcess process;
    private readonly NetworkPredictor predictor;
    private readonly ReverseStep step;
    private readonly InferenceInpainting inpainting;
    private readonly (int From, int To)[] moves;
    private readonly float[] clean, noise, diffused;
    private readonly bool[] known;
    private bool wentUp;

    public InpaintingSpanPath(
        ReverseProcess process, NetworkPredictor predictor, ReverseStep step, InferenceInpainting inpainting, int length)
    {
        (this.process, this.predictor, this.step, this.inpainting) = (process, predictor, step, inpainting);
        moves = [.. InpaintingMoves.Of(process.Coefficients.Timesteps, inpainting.Options)];
        (clean, noise, diffused, known) = (new float[length], new float[length], new float[length], new bool[length]);
    }

    public override int Length => moves.Length;

    public override ReadOnlyMemory<float> X0 => wentUp ? default : step.X0;

    public override int Timestep(int move) => moves[move].From;

    public override void Start(SpanBatch batch, Span<float> x)
    {
        step.Begin();
        batch.Gather(inpainting.X0.Span, clean);
        Mask(batch, inpainting.Known.Span);
        batch.Draw(0, x);
    }

    public override void Move(SpanBatch batch, int move, ReadOnlySpan<float> x, Span<float> next)
    {
        (int from, int to) = moves[move];
        int length = batch.Length;
        Span<float> fresh = noise.AsSpan(0, length);
        // Two draws a move: for the unknown part and for the known one, or for the move up.
        int draw = 1 + 2 * move;
        wentUp = to > from;
        if (wentUp)
        {
            batch.Draw(draw, fresh);
            process.DiffuseOnce(x, to, fresh, next);
            return;
        }

        (ReadOnlyMemory<float> prediction, ReadOnlyMemory<float> variance) =
            predictor.Predict(batch, x, process.Coefficients.Schedule.ModelTimestep(from));
        step.Estimate(prediction.Span, x, from);
        step.Advance(batch, prediction.Span, variance.Span, x, from, draw, next);
        // At the last step the known part is the example itself.
        ReadOnlySpan<float> part = clean.AsSpan(0, length);
        if (from > 0)
        {
            batch.Draw(draw + 1, fresh);
            process.Diffuse(part, to, fresh, diffused.AsSpan(0, length));
            part = diffused.AsSpan(0, length);
        }

        for (int i = 0; i < length; i++)
        {
            if (known[i]) next[i] = part[i];
        }
    }

    // A mask of pixels holds for all channels and samples.
    private void Mask(SpanBatch batch, ReadOnlySpan<bool> mask)
    {
        if (mask.Length % batch.Elements == 0)
        {
            batch.Gather(mask, known);
            return;
        }

        for (int first = 0; first < batch.Length; first += mask.Length) mask.CopyTo(known.AsSpan(first));
    }
}
