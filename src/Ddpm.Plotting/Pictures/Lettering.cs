using System.Text;
using SkiaSharp;

namespace Ddpm.Plotting;

/// <summary>
/// Writes text on a canvas in the font of the plots. Letters that it lacks come from the system's fonts; a letter that no font has becomes
/// a question mark.
/// </summary>
internal sealed class Lettering : IDisposable
{
    private readonly SKPaint paint;
    private readonly float size;
    private readonly SKTypeface typeface = EmbeddedFont.Load();

    public Lettering(string color, float size)
    {
        paint = new SKPaint { Color = SKColor.Parse(color), IsAntialias = true };
        this.size = size;
    }

    /// <summary>Gets the height of a line.</summary>
    public float LineHeight => 1.35f * size;

    /// <summary>Returns the width of a text.</summary>
    public float Measure(string text) => Runs(text).Sum(run => run.Width);

    /// <summary>Writes a text whose baseline begins, has its middle or ends at a place, for an anchor of 0, 0.5 or 1.</summary>
    public void Write(SKCanvas canvas, string text, float x, float baseline, float anchor = 0)
    {
        Run[] runs = [.. Runs(text)];
        float at = x - anchor * runs.Sum(run => run.Width);
        foreach (Run run in runs)
        {
            using var font = new SKFont(run.Face, size) { Subpixel = true };
            canvas.DrawText(run.Text, at, baseline, font, paint);
            at += run.Width;
        }
    }

    public void Dispose()
    {
        paint.Dispose();
        typeface.Dispose();
    }

    // Stretches of letters of one font.
    private IEnumerable<Run> Runs(string text)
    {
        var letters = new StringBuilder();
        SKTypeface face = typeface;
        foreach (Rune rune in text.EnumerateRunes())
        {
            SKTypeface? known = typeface.ContainsGlyph(rune.Value)
                ? typeface
                : face.ContainsGlyph(rune.Value) ? face : SKFontManager.Default.MatchCharacter(rune.Value);
            SKTypeface next = known ?? typeface;
            if (next != face && letters.Length > 0)
            {
                yield return Of(letters.ToString(), face);
                letters.Clear();
            }

            face = next;
            letters.Append(known is null ? "?" : rune.ToString());
        }

        if (letters.Length > 0) yield return Of(letters.ToString(), face);
    }

    private Run Of(string text, SKTypeface face)
    {
        using var font = new SKFont(face, size) { Subpixel = true };
        return new Run(text, face, font.MeasureText(text));
    }

    private readonly record struct Run(string Text, SKTypeface Face, float Width);
}
