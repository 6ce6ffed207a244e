using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// A convolution's weight, [Cout, Cin, k, k], or a dense layer's, [Cout, Cin], packed as <see cref="DirectStep{TLanes}"/> reads it, a panel
/// at a time.
/// </summary>
/// <param name="weight">The trained weight, contiguous.</param>
/// <param name="taps">The kernel's numbers for each pair of channels.</param>
/// <param name="layout">How the panels lie.</param>
/// <param name="target">Where they go.</param>
/// <param name="turned">Whether the weight is that of the gradient of a dense layer's input: its lines are the panels' lines.</param>
internal sealed unsafe class DirectWeights(float* weight, int taps, PanelLayout layout, float* target, bool turned) : IWork
{
    public int Parts => layout.Panels;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int part, int thread)
    {
        int columns = layout.ColumnsOf(part);
        long inputs = layout.Depth / taps, lineStep = turned ? layout.Columns : taps, columnStep = turned ? 1 : layout.Depth;
        float* from = weight + part * layout.Width * columnStep, to = target + layout.Start(part);
        for (int tap = 0; tap < taps; tap++)
        {
            float* line = from + tap;
            for (long input = 0; input < inputs; input++, line += lineStep, to += columns)
            {
                float* number = line;
                for (int column = 0; column < columns; column++, number += columnStep) to[column] = *number;
            }
        }
    }
}
