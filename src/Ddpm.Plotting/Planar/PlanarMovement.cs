namespace Ddpm.Plotting;

/// <summary>Holds what an animation shows: where points are in each frame, and what is written above them.</summary>
/// <param name="Captions">The caption of each frame, which stays until the next one; at least two.</param>
/// <param name="Points">The points of each frame, as many in each.</param>
/// <param name="Seconds">How long the way from the first frame to the last takes.</param>
internal sealed record PlanarMovement(IReadOnlyList<string> Captions, (float X, float Y)[][] Points, double Seconds)
{
    /// <summary>How many seconds the last frame stays before the first one comes again.</summary>
    public const double Rest = 1.5;

    /// <summary>Returns the caption and the points at a share of the way, 0 for the first frame and 1 for the last.</summary>
    public (string Caption, (float X, float Y)[] Points) At(double share)
    {
        double place = share * (Points.Length - 1);
        int before = (int)place, after = Math.Min(before + 1, Points.Length - 1);
        float further = (float)(place - before);
        return (Captions[before], [.. Points[before].Zip(Points[after], (from, to) => (
            from.X + further * (to.X - from.X),
            from.Y + further * (to.Y - from.Y)))]);
    }
}
