namespace Ddpm.Plotting;

/// <summary>Holds a point of a series.</summary>
/// <param name="X">Where the point stands.</param>
/// <param name="Y">The value at X.</param>
/// <param name="Error">What the value may be off by, drawn as a bar in both directions; 0 for no bar.</param>
public readonly record struct PlotPoint(double X, double Y, double Error = 0);
