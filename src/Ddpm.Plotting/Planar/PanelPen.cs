using SkiaSharp;

namespace Ddpm.Plotting;

/// <summary>Draws a panel, whose corner is at the canvas's origin, from numbers that are read and checked.</summary>
internal sealed class PanelPen
{
    private const int Cells = 72;
    private const float Dot = 1.3f, End = 2.6f;

    private readonly PlanarPlotOptions options;
    private readonly SKColor color;
    private readonly float radius = Dot;
    private readonly (float X, float Y)[] density = [];
    private readonly (float X, float Y)[] points = [];
    private readonly (float X, float Y)[] places = [];
    private readonly (float X, float Y)[] directions = [];
    private readonly (float X, float Y)[][] paths = [];

    private PanelPen(PlanarPlotOptions options, int color)
    {
        this.options = options;
        this.color = SKColor.Parse(options.Theme.Palette[color % options.Theme.Palette.Length]);
    }

    private PanelPen((float X, float Y)[] points, float radius, PlanarPlotOptions options)
        : this(options, color: 0) => (this.points, this.radius) = (points, radius);

    private PanelPen(PlanarPanel panel, PlanarPlotOptions options)
        : this(options, panel.Color)
    {
        density = PlanarCheck.Points(panel.Density, nameof(panel.Density));
        points = PlanarCheck.Points(panel.Points, nameof(panel.Points));
        places = PlanarCheck.Points(panel.Arrows?.Places, nameof(panel.Arrows));
        directions = PlanarCheck.Points(panel.Arrows?.Directions, nameof(panel.Arrows));
        paths = PlanarCheck.Paths(panel.Paths, nameof(panel.Paths));
        if (places.Length != directions.Length)
        {
            throw new ArgumentException(
                $"Arrows must have as many directions as places, but have {directions.Length} and {places.Length}.",
                nameof(panel));
        }
    }

    /// <summary>Reads a panel's tensors.</summary>
    public static PanelPen Read(PlanarPanel panel, PlanarPlotOptions options)
    {
        ArgumentNullException.ThrowIfNull(panel);
        ArgumentOutOfRangeException.ThrowIfNegative(panel.Color);
        return new PanelPen(panel, options);
    }

    /// <summary>Takes points alone, for dots of a radius in pixels.</summary>
    public static PanelPen OfDots((float X, float Y)[] points, float radius, PlanarPlotOptions options) => new(points, radius, options);

    /// <summary>Draws shades, then paths, arrows and dots.</summary>
    public void Draw(SKCanvas canvas)
    {
        using var ground = new SKPaint { Color = SKColor.Parse(options.Theme.Panel) };
        canvas.DrawRect(SKRect.Create(options.PanelSize, options.PanelSize), ground);
        if (density.Length > 0) DrawDensity(canvas);
        for (int index = 0; index < paths.Length; index++) DrawPath(canvas, paths[index], index);
        if (places.Length > 0) DrawArrows(canvas);
        DrawDots(canvas, points, radius, color.WithAlpha(170));
    }

    // One path of all dots, lines of no length with round ends, to a tenth of a pixel: a file of SVG stays small.
    private void DrawDots(SKCanvas canvas, IEnumerable<(float X, float Y)> dots, float round, SKColor shade)
    {
        using var builder = new SKPath();
        foreach ((float x, float y) in dots.Where(Inside))
        {
            float across = MathF.Round(Across(x), 1), down = MathF.Round(Down(y), 1);
            builder.MoveTo(across, down);
            builder.LineTo(across, down);
        }

        using var paint = new SKPaint
        {
            Color = shade,
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = 2 * round,
            StrokeCap = SKStrokeCap.Round,
        };
        canvas.DrawPath(builder, paint);
    }

    // A square's shade is the root of its count, so that what is rare shows too.
    private void DrawDensity(SKCanvas canvas)
    {
        var counts = new int[Cells, Cells];
        foreach ((float x, float y) in density.Where(Inside))
        {
            counts[Cell(y), Cell(x)]++;
        }

        double most = Math.Max(1, counts.Cast<int>().Max());
        SKColor ground = SKColor.Parse(options.Theme.Panel), full = color;
        byte Mix(byte from, byte to, double share) => (byte)Math.Round(from + (to - from) * share);
        using var bitmap = new SKBitmap(new SKImageInfo(Cells, Cells, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int row = 0; row < Cells; row++)
        {
            for (int column = 0; column < Cells; column++)
            {
                double share = Math.Sqrt(counts[Cells - 1 - row, column] / most);
                bitmap.SetPixel(column, row, new SKColor(
                    Mix(ground.Red, full.Red, share), Mix(ground.Green, full.Green, share), Mix(ground.Blue, full.Blue, share)));
            }
        }

        using SKImage image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, SKRect.Create(options.PanelSize, options.PanelSize), new SKSamplingOptions(SKFilterMode.Linear));
    }

    private void DrawPath(SKCanvas canvas, (float X, float Y)[] path, int index)
    {
        SKColor shade = SKColor.Parse(options.Theme.Palette[index % options.Theme.Palette.Length]);
        using var line = new SKPath();
        line.AddPoly([.. path.Select(point => new SKPoint(Across(point.X), Down(point.Y)))], close: false);
        using var paint = new SKPaint { Color = shade.WithAlpha(190), IsAntialias = true, IsStroke = true, StrokeWidth = 1 };
        canvas.DrawPath(line, paint);
        DrawDots(canvas, [path[^1]], End, shade);
    }

    private void DrawArrows(SKCanvas canvas)
    {
        double longest = directions.Max(vector => Math.Sqrt(vector.X * vector.X + vector.Y * vector.Y));
        if (longest == 0) return;
        // As many arrows as these fill a panel when each has a square of this side.
        double side = options.PanelSize / Math.Sqrt(places.Length);
        using var lines = new SKPath();
        for (int index = 0; index < places.Length; index++)
        {
            if (!Inside(places[index])) continue;
            (float dx, float dy) = directions[index];
            // Lengths differ by powers of ten: the root shows directions of small ones too.
            double length = Math.Sqrt(dx * dx + dy * dy), shown = side * Math.Sqrt(length / longest);
            if (shown < 0.5) continue;
            (float ux, float uy) = ((float)(dx / length), (float)(-dy / length));
            float x = Across(places[index].X), y = Down(places[index].Y), reach = (float)shown, head = Math.Min(3.5f, 0.45f * reach);
            (float tipX, float tipY) = (x + ux * reach, y + uy * reach);
            lines.MoveTo(x, y);
            lines.LineTo(tipX, tipY);
            lines.MoveTo(tipX - head * (ux + 0.6f * uy), tipY - head * (uy - 0.6f * ux));
            lines.LineTo(tipX, tipY);
            lines.LineTo(tipX - head * (ux - 0.6f * uy), tipY - head * (uy + 0.6f * ux));
        }

        using var paint = new SKPaint
        {
            Color = SKColor.Parse(options.Theme.Foreground),
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = 0.9f,
            StrokeCap = SKStrokeCap.Round,
        };
        canvas.DrawPath(lines, paint);
    }

    private bool Inside((float X, float Y) point) => Math.Abs(point.X) <= options.Extent && Math.Abs(point.Y) <= options.Extent;

    private int Cell(float value) => Math.Min(Cells - 1, (int)((value / options.Extent + 1) / 2 * Cells));

    private float Across(float x) => (float)((x / options.Extent + 1) / 2 * options.PanelSize);

    private float Down(float y) => (float)((1 - y / options.Extent) / 2 * options.PanelSize);
}
