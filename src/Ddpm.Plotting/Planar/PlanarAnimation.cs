using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Plotting;

/// <summary>
/// Animates points of the plane. An SVG file (SMIL) stays sharp at every size and follows the page's light or dark colours, in browsers; an
/// animated PNG file plays wherever PNG files of the web do. A viewer that does not animate shows the last frame.
/// </summary>
public static class PlanarAnimation
{
    private const double LongestSeconds = 60;

    /// <summary>
    /// Writes the animation as animated PNG or SVG, as the file's name ends, in one piece or not at all. It repeats, and rests at its last
    /// frame. Between frames points move in straight lines.
    /// </summary>
    /// <param name="path">The file, with the ending .png or .svg; its folder must exist.</param>
    /// <param name="frames">Each frame's caption and points [N, 2], point i being the same one in all; at least two frames.</param>
    /// <param name="seconds">How long the movement takes. Range: &gt; 0, ≤ 60.</param>
    /// <param name="options">
    /// Title, extent, size and colours. Columns and row titles do not apply, nor does the theme to an SVG file: light and dark pages have
    /// those of <see cref="PlotTheme"/>.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two frames, they differ in the number of points, a tensor has another shape or a number that is not finite, an
    /// option is out of range, or the file's name has another ending.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        string path,
        IReadOnlyList<(string Caption, Tensor Points)> frames,
        double seconds = 6,
        PlanarPlotOptions? options = null)
    {
        bool svg = PlotFile.IsSvg(path);
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count < 2) throw new ArgumentException($"frames must be at least 2, but are {frames.Count}.", nameof(frames));
        if (!(seconds is > 0 and <= LongestSeconds))
        {
            throw new ArgumentOutOfRangeException(
                nameof(seconds),
                seconds,
                FormattableString.Invariant($"seconds must be above 0 and at most {LongestSeconds}, but is {seconds}."));
        }

        options ??= PlanarPlotOptions.Default;
        PlanarCheck.Options(options);
        TorchRuntime.EnsureLoaded();
        (float X, float Y)[][] points = [.. frames.Select(frame => PlanarCheck.Points(frame.Points, nameof(frames)))];
        if (points.FirstOrDefault(frame => frame.Length != points[0].Length) is { } other)
        {
            throw new ArgumentException(
                $"frames must all have the {points[0].Length} points of the first, but one has {other.Length}.",
                nameof(frames));
        }

        var movement = new PlanarMovement([.. frames.Select(frame => frame.Caption)], points, seconds);
        byte[] bytes = svg ? SvgAnimation.Draw(movement, options) : PngAnimation.Draw(movement, options);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }
}
