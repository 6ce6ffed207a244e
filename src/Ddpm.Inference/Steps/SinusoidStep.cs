namespace Ddpm.Inference;

/// <summary>Sines and cosines of the timesteps.</summary>
/// <param name="rows">The timesteps.</param>
/// <param name="frequencies">What each timestep is multiplied by.</param>
/// <param name="cosineFirst">Whether cosines come before sines.</param>
/// <param name="target">The result, a row for each timestep.</param>
internal sealed unsafe class SinusoidStep(ConditioningRows rows, float[] frequencies, bool cosineFirst, Plane target) : PlanStep
{
    public override int Parts => 1;

    protected override void Execute(int part, float* scratch)
    {
        int half = frequencies.Length;
        for (int row = 0; row < rows.Count; row++)
        {
            float* sines = target.Pixel(row) + (cosineFirst ? half : 0), cosines = target.Pixel(row) + (cosineFirst ? 0 : half);
            for (int i = 0; i < half; i++)
            {
                // Rounded to float32 before the sine, as libtorch does: at t = 999 that is 3e-5 of a turn.
                float angle = rows.Times[row] * frequencies[i];
                sines[i] = MathF.Sin(angle);
                cosines[i] = MathF.Cos(angle);
            }
        }
    }
}
