namespace Ddpm.Inference;

/// <summary>Copies the vectors of the labels.</summary>
internal sealed unsafe class EmbeddingStep(ConditioningRows rows, ClassRows classes, Plane target) : PlanStep
{
    public override int Parts => 1;

    protected override void Execute(int part, float* scratch)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            new ReadOnlySpan<float>(classes.Row(rows.Labels[row]), target.Channels)
                .CopyTo(new Span<float>(target.Pixel(row), target.Channels));
        }
    }
}
