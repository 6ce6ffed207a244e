namespace Ddpm.Inference;

/// <summary>A vector of each example as the caller has it, [B, C], becomes a conditioning vector.</summary>
internal sealed unsafe class ReadRowsStep(ConditioningRows rows, Plane target) : PlanStep, IReadStep
{
    public float* Source { private get; set; }

    public override int Parts => 1;

    protected override void Execute(int part, float* scratch)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            new ReadOnlySpan<float>(Source + (long)row * target.Channels, target.Channels)
                .CopyTo(new Span<float>(target.Pixel(row), target.Channels));
        }
    }
}
