using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The time embedding of a plan and its projections for all residual blocks, which are one matrix.</summary>
/// <param name="rows">The times of the prediction.</param>
/// <param name="frequencies">The embedding's frequencies.</param>
/// <param name="cosineFirst">Whether cosines come before sines.</param>
/// <param name="sinusoid">Where the sinusoid goes.</param>
internal sealed unsafe class NativeTime(TimeRows rows, float[] frequencies, bool cosineFirst, Feature sinusoid)
{
    /// <summary>The projections; set when all blocks have asked for their columns.</summary>
    public Feature? Projected { private get; set; }

    /// <summary>Takes the times of a prediction, and computes their sinusoids.</summary>
    public void Begin(Tensor t, Tensor? labels)
    {
        rows.Set(t, labels);
        int half = frequencies.Length;
        for (int row = 0; row < rows.Count; row++)
        {
            float* sines = sinusoid.Pixel(row) + (cosineFirst ? half : 0), cosines = sinusoid.Pixel(row) + (cosineFirst ? 0 : half);
            for (int i = 0; i < half; i++)
            {
                // Rounded to float32 before the sine, as the network does: at t = 999 that is 3e-5 of a turn.
                float angle = rows.Times[row] * frequencies[i];
                sines[i] = MathF.Sin(angle);
                cosines[i] = MathF.Cos(angle);
            }
        }
    }

    /// <summary>The projections of an image's time.</summary>
    public float* Projections(int image) => Projected!.Pixel(rows.Count == 1 ? 0 : image);
}
