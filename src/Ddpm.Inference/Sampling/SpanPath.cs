namespace Ddpm.Inference;

/// <summary>What one batch goes through: where it starts and how each move changes it.</summary>
internal abstract class SpanPath
{
    /// <summary>The number of moves.</summary>
    public abstract int Length { get; }

    /// <summary>x̂_0 that the last move was made with; empty where it was made without.</summary>
    public abstract ReadOnlyMemory<float> X0 { get; }

    /// <summary>The timestep t whose network call, or whose noise, makes a move.</summary>
    public abstract int Timestep(int move);

    /// <summary>x before the first move.</summary>
    public abstract void Start(SpanBatch batch, Span<float> x);

    /// <summary>x after a move.</summary>
    public abstract void Move(SpanBatch batch, int move, ReadOnlySpan<float> x, Span<float> next);
}
