namespace Ddpm.Inference;

/// <summary>Copies of trained weights in the form in which the steps read them.</summary>
internal static unsafe class WeightPacking
{
    /// <summary>
    /// Returns a convolution's weight, [Cout, Cin, k, k], or a dense layer's, [out, in]: lines go through the kernel's rows and columns,
    /// then the input's channels.
    /// </summary>
    /// <param name="weight">The trained weight, contiguous.</param>
    /// <param name="first">The panels' column for its first output.</param>
    /// <param name="outputs">Cout.</param>
    /// <param name="inputs">Cin.</param>
    /// <param name="taps">The kernel's numbers for each pair of channels.</param>
    /// <param name="layout">How the panels lie.</param>
    /// <param name="target">Where they go: zeros.</param>
    public static void Direct(float* weight, int first, int outputs, int inputs, int taps, PanelLayout layout, float* target)
    {
        for (int output = first; output < first + outputs; output++)
        {
            for (int input = 0; input < inputs; input++)
            {
                for (int tap = 0; tap < taps; tap++) target[layout.Index(output, (long)tap * inputs + input)] = *weight++;
            }
        }
    }

    /// <summary>
    /// Returns a 3×3 convolution's weight, [Cout, Cin, 3, 3], transformed: for each panel the panels of all products, each with a line for
    /// each of the input's channels. Computed in float64, rounded once.
    /// </summary>
    public static void Transformed<TTiles>(float* weight, int outputs, int inputs, PanelLayout layout, float* target)
        where TTiles : struct, ITileTransform
    {
        int side = TTiles.Products;
        ReadOnlySpan<double> transform = TTiles.Weights;
        double* half = stackalloc double[3 * side];
        for (int output = 0; output < outputs; output++)
        {
            int panel = output / layout.Width, columns = layout.ColumnsOf(panel);
            float* column = target + layout.Start(panel) * side * side + output % layout.Width;
            for (int input = 0; input < inputs; input++, weight += 9, column += columns)
            {
                for (int i = 0; i < side; i++)
                {
                    for (int j = 0; j < 3; j++)
                    {
                        half[3 * i + j] = transform[3 * i] * weight[j] + transform[3 * i + 1] * weight[3 + j]
                            + transform[3 * i + 2] * weight[6 + j];
                    }
                }

                for (int i = 0; i < side; i++)
                {
                    for (int j = 0; j < side; j++)
                    {
                        double value = transform[3 * j] * half[3 * i] + transform[3 * j + 1] * half[3 * i + 1]
                            + transform[3 * j + 2] * half[3 * i + 2];
                        column[(i * side + j) * layout.Depth * columns] = (float)value;
                    }
                }
            }
        }
    }
}
