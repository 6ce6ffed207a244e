namespace Ddpm.Data;

/// <summary>What an image file that is damaged, or of another size than the others, does.</summary>
public enum DamagedImages
{
    /// <summary>It ends the run, with its name.</summary>
    Fail,

    /// <summary>
    /// The next file in order stands in for it; it is counted in <see cref="ImageFolder.DamagedFiles"/> and named to the logger.
    /// </summary>
    Skip,
}
