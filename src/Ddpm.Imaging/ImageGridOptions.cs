namespace Ddpm.Imaging;

/// <summary>How images are laid out in one picture.</summary>
public sealed record ImageGridOptions
{
    /// <summary>The defaults.</summary>
    public static ImageGridOptions Default { get; } = new();

    /// <summary>The images in a row; null for as many as make the picture nearly square. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? Columns { get; init; }

    /// <summary>How many times each pixel is repeated in both directions. Range: ≥ 1.</summary>
    /// <value>1.</value>
    public int Scale { get; init; } = 1;

    /// <summary>The pixels between images and around them, not enlarged. Range: ≥ 0.</summary>
    /// <value>2.</value>
    public int Padding { get; init; } = 2;

    /// <summary>The value of those pixels, in every channel.</summary>
    /// <value>255, white.</value>
    public byte Background { get; init; } = 255;
}
