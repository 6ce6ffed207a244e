using Ddpm.Imaging;

namespace Ddpm.Data;

/// <summary>Sets how a folder of images is read.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>Gets the defaults: images in colour at their own size, and an error for any damage.</summary>
    public static ImageFolderOptions Default { get; } = new();

    /// <summary>Gets how each file becomes pixels. Without a size all images must have that of the first.</summary>
    /// <value>Three channels, the files' own size.</value>
    public ImageLoadOptions Load { get; init; } = new();

    /// <summary>Gets what happens to an unusable file.</summary>
    /// <value>Default: <see cref="DamagedImages.Fail"/>.</value>
    public DamagedImages Damaged { get; init; } = DamagedImages.Fail;
}
