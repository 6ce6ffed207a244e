namespace Ddpm.Data;

/// <summary>
/// Chooses what happens to an unusable image file: one that is damaged, too large, of another size than the others, or cannot be opened.
/// </summary>
public enum DamagedImages
{
    /// <summary>Ends the run with an error that names the file.</summary>
    Fail,

    /// <summary>
    /// Uses the next file in order instead; the file is counted in <see cref="ImageFolder.DamagedFiles"/> and named to the logger.
    /// Subfolders that cannot be listed are left out.
    /// </summary>
    Skip,
}
