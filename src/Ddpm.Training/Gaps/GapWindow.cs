namespace Ddpm.Training;

/// <summary>A part of a series that the network sees at once, and the rows in it whose gaps it fills.</summary>
/// <param name="Start">The first row of the window.</param>
/// <param name="First">The first row whose gaps are filled.</param>
/// <param name="Last">The last row whose gaps are filled.</param>
/// <param name="Wave">When: windows of one wave do not overlap, and see what earlier waves have filled.</param>
internal readonly record struct GapWindow(int Start, int First, int Last, int Wave);
