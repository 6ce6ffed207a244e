namespace Ddpm.Imaging;

/// <summary>Sets how images are laid out in one picture.</summary>
public sealed record ImageGridOptions
{
    /// <summary>Gets the defaults.</summary>
    public static ImageGridOptions Default { get; } = new();

    /// <summary>Gets the images in a row; null for as many as make the picture nearly square. Range: ≥ 1.</summary>
    /// <value>Null.</value>
    public int? Columns { get; init; }

    /// <summary>Gets how many times each pixel is repeated in both directions. Range: ≥ 1.</summary>
    /// <value>Default: 1.</value>
    public int Scale { get; init; } = 1;

    /// <summary>Gets the width in pixels of the space between and around images, which is not enlarged. Range: ≥ 0.</summary>
    /// <value>Default: 2.</value>
    public int Padding { get; init; } = 2;

    /// <summary>Gets the value of the background pixels in every channel.</summary>
    /// <value>Default: 255, white.</value>
    public byte Background { get; init; } = 255;
}
