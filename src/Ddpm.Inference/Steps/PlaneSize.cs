namespace Ddpm.Inference;

/// <summary>The height and width of features.</summary>
internal readonly record struct PlaneSize(long Height, long Width)
{
    public PlaneSize Doubled => new(2 * Height, 2 * Width);

    public PlaneSize Halved => new(Height / 2, Width / 2);

    // What a record writes of itself would go on for ever: doubled, doubled, …
    public override string ToString() => $"{Height} × {Width}";
}
