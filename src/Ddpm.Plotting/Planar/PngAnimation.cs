namespace Ddpm.Plotting;

/// <summary>Draws a movement as an animated PNG file, ten pictures a second.</summary>
internal static class PngAnimation
{
    private const int PicturesPerSecond = 10, Margin = 10, Head = 30, Baseline = 20;
    private const float Dot = 0.006f; // of the panel

    /// <summary>Returns the file. A viewer that does not animate shows the end.</summary>
    public static byte[] Draw(PlanarMovement movement, PlanarPlotOptions options)
    {
        int steps = Math.Max(1, (int)Math.Round(movement.Seconds * PicturesPerSecond));
        using var title = new Lettering(options.Theme.Foreground, 15);
        byte[][] pictures = [.. Enumerable.Range(0, steps + 1).Select(step => Picture((double)step / steps))];
        double each = movement.Seconds / steps;
        return AnimatedPng.Join(pictures[^1], [.. pictures.Index().Select(one =>
            (one.Item, one.Index < steps ? each : PlanarMovement.Rest))]);

        byte[] Picture(double share)
        {
            (string caption, (float X, float Y)[] points) = movement.At(share);
            PanelPen pen = PanelPen.OfDots(points, Dot * options.PanelSize, options);
            int size = options.PanelSize;
            return PlotFile.Png(size, Head + size, options.Theme.Background, canvas =>
            {
                title.Write(canvas, options.Title, Margin, Baseline);
                title.Write(canvas, caption, size - Margin, Baseline, anchor: 1);
                canvas.Translate(0, Head);
                pen.Draw(canvas);
            });
        }
    }
}
