using static TorchSharp.torch;

namespace Toys;

/// <summary>
/// Measures how far two sets of points are from having one distribution: 2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖, which is 0 for one
/// distribution and above 0 for two (Székely and Rizzo 2013, "Energy statistics").
/// </summary>
internal static class EnergyDistance
{
    /// <summary>Returns the unbiased estimate, which may be a little below 0 for one distribution.</summary>
    /// <param name="first">float32 [N, D], N ≥ 2.</param>
    /// <param name="second">float32 [M, D], M ≥ 2.</param>
    public static double Compute(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        Tensor x = first.to(float64), y = second.to(float64);
        return 2 * cdist(x, y).mean().item<double>() - Within(x) - Within(y);
    }

    // A point's distance to itself does not count.
    private static double Within(Tensor points)
    {
        long count = points.size(0);
        return cdist(points, points).sum().item<double>() / (count * (count - 1.0));
    }
}
