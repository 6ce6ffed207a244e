namespace Ddpm.Inference;

/// <summary>Joins two conditioning vectors.</summary>
internal sealed unsafe class ConcatenateRowsStep(RowColumns first, RowColumns second, Plane target) : PlanStep
{
    public override int Parts => 1;

    protected override void Execute(int part, float* scratch)
    {
        for (int row = 0; row < first.Rows.Count; row++)
        {
            float* to = target.Pixel(row);
            new ReadOnlySpan<float>(first.Row(row), first.Channels).CopyTo(new Span<float>(to, first.Channels));
            new ReadOnlySpan<float>(second.Row(row), second.Channels).CopyTo(new Span<float>(to + first.Channels, second.Channels));
        }
    }
}
