namespace Ddpm.Data;

/// <summary>
/// What an image file does that cannot be used: it is damaged, too large, of another size than the others, or cannot be opened.
/// </summary>
public enum DamagedImages
{
    /// <summary>It ends the run, with its name.</summary>
    Fail,

    /// <summary>
    /// The next file in order stands in for it; it is counted in <see cref="ImageFolder.DamagedFiles"/> and named to the logger. Folders in
    /// the folder that cannot be listed are left out.
    /// </summary>
    Skip,
}
