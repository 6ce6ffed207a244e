namespace Ddpm.Inference;

/// <summary>From x_T, or a start at t, down to x_0: one network call a move.</summary>
/// <param name="process">The process that is sampled.</param>
/// <param name="predictor">The network.</param>
/// <param name="step">How x_t becomes x_{t-1}.</param>
/// <param name="start">Where the run begins; null for pure noise.</param>
internal sealed class ReverseSpanPath(
    ReverseProcess process, NetworkPredictor predictor, ReverseStep step, InferenceStart? start) : SpanPath
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
        int t = Timestep(move);
        (ReadOnlyMemory<float> prediction, ReadOnlyMemory<float> variance) =
            predictor.Predict(batch, x, process.Coefficients.Schedule.ModelTimestep(t));
        // A step asks for the same noise in a whole run and from a start.
        step.Advance(batch, prediction.Span, variance.Span, x, t, timesteps - t, next);
    }
}
