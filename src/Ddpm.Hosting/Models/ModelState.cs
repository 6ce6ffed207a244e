namespace Ddpm.Hosting;

/// <summary>Where a model is in its life.</summary>
public enum ModelState
{
    /// <summary>The first request loads it.</summary>
    NotLoaded,

    /// <summary>It loads; requests wait for it.</summary>
    Loading,

    /// <summary>The model draws what requests ask for.</summary>
    Ready,

    /// <summary>It could not be loaded; the next request tries again.</summary>
    Failed,
}
