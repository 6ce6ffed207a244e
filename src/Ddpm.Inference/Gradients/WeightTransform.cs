using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// A 3×3 convolution's weight, [Cout, Cin, 3, 3], transformed and packed as <see cref="WinogradStep{TLanes, TTiles}"/> reads it, a panel at
/// a time; float32 throughout, for weights change at every training step.
/// </summary>
/// <param name="weight">The trained weight, contiguous.</param>
/// <param name="outputs">Cout.</param>
/// <param name="inputs">Cin.</param>
/// <param name="layout">How the panels lie.</param>
/// <param name="target">Where they go.</param>
/// <param name="turned">
/// Whether the weight is that of the gradient of the input, [Cin, Cout, 3, 3] and turned by half a turn.
/// </param>
internal sealed unsafe class WeightTransform<TLanes>(
    float* weight, int outputs, int inputs, PanelLayout layout, float* target, bool turned) : IWork
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int Taps = 9;

    public int Parts => layout.Panels;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Execute(int part, int thread)
    {
        int columns = layout.ColumnsOf(part), first = part * layout.Width, lines = turned ? outputs : inputs;
        long output = (long)Taps * inputs, stride = layout.Depth * columns;
        long lineStep = turned ? output : Taps, columnStep = turned ? Taps : output;
        float* to = target + layout.Start(part) * WinogradGradient.Products, side = stackalloc float[Taps * TLanes.Count];
        for (int line = 0; line < lines; line++, to += columns)
        {
            for (int column = 0; column < columns; column += TLanes.Count)
            {
                float* from = weight + line * lineStep + (first + column) * columnStep;
                for (int lane = 0; lane < TLanes.Count; lane++, from += columnStep)
                {
                    for (int tap = 0; tap < Taps; tap++) side[tap * TLanes.Count + lane] = from[tap];
                }

                WinogradGradient.TransformWeight<TLanes>(side, to + column, stride, turned);
            }
        }
    }
}
