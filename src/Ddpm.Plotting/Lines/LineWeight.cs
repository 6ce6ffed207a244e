namespace Ddpm.Plotting;

/// <summary>Names how much a line stands out among others.</summary>
public enum LineWeight
{
    /// <summary>As wide as most lines.</summary>
    Regular,

    /// <summary>Thin and pale, for what another line sums up.</summary>
    Light,

    /// <summary>Twice as wide, for what the plot is about.</summary>
    Heavy,
}
