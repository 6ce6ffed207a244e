namespace Ddpm.Inference;

/// <summary>What one batch goes through: where it starts and how each move changes it.</summary>
internal abstract class SpanPath
{
    /// <summary>Gets the number of moves.</summary>
    public abstract int Length { get; }

    /// <summary>Gets x̂_0 that the last move was made with; empty if the step had none.</summary>
    public abstract ReadOnlyMemory<float> X0 { get; }

    /// <summary>Returns the timestep t whose network call, or whose noise, makes a move.</summary>
    public abstract int Timestep(int move);

    /// <summary>Returns x before the first move.</summary>
    public abstract void Start(SpanBatch batch, Span<float> x);

    /// <summary>Returns x after a move.</summary>
    public abstract void Move(SpanBatch batch, int move, ReadOnlySpan<float> x, Span<float> next);
}
