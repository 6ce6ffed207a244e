namespace Ddpm.Plotting;

/// <summary>Names how an axis places numbers.</summary>
public enum AxisScale
{
    /// <summary>Equal distances for equal differences.</summary>
    Linear,

    /// <summary>Equal distances for equal ratios. All numbers must be positive.</summary>
    Logarithmic,
}
