using ScottPlot;
using SkiaSharp;

namespace Ddpm.Plotting;

/// <summary>
/// DejaVu Sans, reduced to the letters of a plot: a fresh Linux container has no font at all, and its plots would have no text.
/// </summary>
internal sealed class EmbeddedFont : IFontResolver
{
    /// <summary>The name under which plots ask for it.</summary>
    public const string Name = "Ddpm DejaVu Sans";

    private static readonly Lazy<bool> Registered = new(() =>
    {
        Fonts.FontResolvers.Add(new EmbeddedFont());
        return true;
    });

    private EmbeddedFont()
    {
    }

    /// <summary>Makes the font known to ScottPlot, once.</summary>
    public static string Register() => Registered.Value ? Name : throw new InvalidOperationException("The font was not registered.");

    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Load() : null;

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Name ? Load() : null;

    /// <summary>Returns the font; the caller disposes it.</summary>
    public static SKTypeface Load()
    {
        using Stream stream = typeof(EmbeddedFont).Assembly.GetManifestResourceStream("DejaVuSans-subset.ttf")!;
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}
