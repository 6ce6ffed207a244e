namespace Ddpm.Inference;

/// <summary>From x_T, or a start at t, down to x_0: a network call a move, and one for each Langevin step.</summary>
/// <param name="process">The process that is sampled.</param>
/// <param name="predictor">The network.</param>
/// <param name="step">How x_t becomes x_{t-1}.</param>
/// <param name="langevin">The Langevin steps at each noise level; null for none.</param>
/// <param name="start">Where the run begins; null for pure noise.</param>
internal sealed class ReverseSpanPath(
    ReverseProcess process, NetworkPredictor predictor, ReverseStep step, LangevinSpans? langevin, InferenceStart? start) : SpanPath
{
    private readonly int timesteps = process.Coefficients.Timesteps;

    public override int Length { get; } = start?.MovesOf(process.Coefficients.Timesteps) ?? process.Coefficients.Timesteps;

    public override ReadOnlyMemory<float> X0 => step.X0;

    public override int Timestep(int move) => Length - 1 - move;

    public override void Start(SpanBatch batch, Span<float> x)
    {
        step.Begin();
        if (start is null)
        {
            batch.Draw(0, x);
            return;
        }

        var given = new float[x.Length];
        batch.Gather(start.Values.Span, given);
        if (!start.IsClean)
        {
            given.CopyTo(x);
            return;
        }

        var noise = new float[x.Length];
        batch.Draw(0, noise);
        process.Diffuse(given, Length - 1, noise, x);
    }

    public override void Move(SpanBatch batch, int move, ReadOnlySpan<float> x, Span<float> next)
    {
        // A step asks for the same noise in a whole run and from a start. Further draws of a step come after those of all steps.
        int t = Timestep(move), draw = timesteps - t;
        ReadOnlySpan<float> at = x;
        (ReadOnlyMemory<float> prediction, ReadOnlyMemory<float> variance) = Ask(batch, at, t);
        for (int left = langevin?.StepsPerLevel ?? 0; left > 0; left--, draw = checked(draw + timesteps))
        {
            at = langevin!.Step(batch, at, step.X0.Span, t, draw);
            if (langevin.Descend(at, t, left, next)) return;
            (prediction, variance) = Ask(batch, at, t);
        }

        if (langevin?.Anneals == true) step.X0.Span.CopyTo(next);
        else step.Advance(batch, prediction.Span, variance.Span, at, t, draw, next);
    }

    private (ReadOnlyMemory<float> Prediction, ReadOnlyMemory<float> Variance) Ask(SpanBatch batch, ReadOnlySpan<float> x, int t)
    {
        var output = predictor.Predict(batch, x, process.Coefficients.Schedule.ModelTimestep(t));
        step.Estimate(output.Prediction.Span, x, t);
        return output;
    }
}
