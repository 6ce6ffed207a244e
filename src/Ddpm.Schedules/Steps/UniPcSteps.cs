namespace Ddpm.Core;

/// <summary>
/// UniPC of order p in its data prediction with B(h) = e^h - 1 (Zhao et al. 2023, arXiv:2302.04867, algorithms 5 and 6), in λ =
/// ln(√ᾱ/√(1-ᾱ)). A step first corrects x_t with x̂_0 there, which the last step did not know, then predicts x_{t-1}. Both add multiples of
/// the newest estimates to x_t, so that one linear multistep formula takes them together, at one call of the network.
/// </summary>
/// <remarks>The last p steps of a process lower the order, to 1 at the step to no noise, whose length in λ is infinite.</remarks>
internal sealed class UniPcSteps : SamplerSteps
{
    /// <summary>The order where none is named: with few steps 3 is worse (docs/experiments).</summary>
    internal const int DefaultOrder = 2;

    private readonly int order;

    /// <summary>Creates the steps of a process.</summary>
    /// <param name="coefficients">The tables of the process. It must leave some signal at its last timestep.</param>
    /// <param name="order">p: how many estimates the predictor uses. Range: 1 … 3.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is out of range.</exception>
    /// <exception cref="ArgumentException">The process ends without signal, where λ is infinite.</exception>
    public UniPcSteps(DiffusionCoefficients coefficients, int order = DefaultOrder)
        : base(PndmSteps.RequireSignal(coefficients)) => this.order = RequireOrder(order);

    /// <inheritdoc/>
    public override RememberedValue Remembers => RememberedValue.X0;

    /// <summary>Gets p + 1: the corrector uses one estimate more than the predictor.</summary>
    public override int Order => order + 1;

    /// <inheritdoc/>
    public override bool UsesEpsilon => false;

    /// <summary>Throws where an order is out of range.</summary>
    internal static int RequireOrder(int order) => order is >= 1 and <= 3
        ? order
        : throw new ArgumentOutOfRangeException(nameof(order), order, $"order must be 1 … 3, but is {order}.");

    private protected override StepCoefficients Step(int t, int known)
    {
        double xt = Math.Sqrt((1 - Coefficients.AlphaBarsPrevious[t]) / (1 - Coefficients.AlphaBars[t])), x0 = Gain(t);
        // A run from T - 1 has no more estimates than steps.
        known = Math.Min(known, Coefficients.Timesteps - t);
        if (known == 1 || t == 0) return new StepCoefficients(xt, x0, Epsilon: 0, Noise: 0, StepCoefficients.Newest);
        double[] weights = Predictor(t, Math.Min(known, order)), corrector = Corrector(t, known - 1);
        Array.Resize(ref weights, Math.Max(weights.Length, corrector.Length));
        double scale = xt * Gain(t + 1) / x0;
        for (int i = 0; i < corrector.Length; i++) weights[i] += scale * corrector[i];
        return new StepCoefficients(xt, x0, Epsilon: 0, Noise: 0, [.. weights]);
    }

    // What the corrector adds to x_t, in units of the last step's gain; the newest estimate is the one at t.
    private double[] Corrector(int t, int known)
    {
        int estimates = Math.Min(known, Math.Min(order, t + 2));
        double[] nodes = Nodes(t + 1, estimates), predictor = Predictor(t + 1, known);
        double[] rho = estimates == 1 ? [0.5] : Rho([.. nodes, 1], Length(t + 1)), added = new double[estimates + 1];
        added[0] = rho[^1];
        for (int i = 1; i < estimates; i++) added[i + 1] = rho[i - 1] / nodes[i - 1] - predictor[i];
        added[1] = -added.Sum();
        return added;
    }

    // The weights of the newest estimates, as many as the order at t lets in.
    private double[] Predictor(int t, int known)
    {
        int estimates = Math.Min(known, Math.Min(order, t + 1));
        double[] nodes = Nodes(t, estimates), weights = new double[estimates];
        // The paper's simplification: 1/2 keeps the second order.
        double[] rho = estimates == 2 ? [0.5] : Rho(nodes, Length(t));
        for (int i = 1; i < estimates; i++) weights[i] = rho[i - 1] / nodes[i - 1];
        weights[0] = 1 - weights.Sum();
        return weights;
    }

    // Where the older estimates lie, in units of the step from t: below 0.
    private double[] Nodes(int t, int estimates) =>
        [.. Enumerable.Range(1, estimates - 1).Select(i => (HalfLogSnr(t + i) - HalfLogSnr(t)) / Length(t))];

    // Solves Σ_j ρ_j r_j^(k-1) = k! φ_{k+1}(-h) (-h)/B for k = 1, 2, …: Björck and Pereyra 1970, for Vandermonde systems.
    private static double[] Rho(double[] nodes, double length)
    {
        int count = nodes.Length;
        double[] rho = [.. Moments(-length, count)];
        for (int k = 0; k < count - 1; k++)
        {
            for (int i = count - 1; i > k; i--) rho[i] -= nodes[k] * rho[i - 1];
        }

        for (int k = count - 2; k >= 0; k--)
        {
            for (int i = k + 1; i < count; i++) rho[i] /= nodes[i] - nodes[i - k - 1];
            for (int i = k; i < count - 1; i++) rho[i] -= rho[i + 1];
        }

        return rho;
    }

    // k! Σ_{j≥1} h^j/(j+k)! over e^h - 1: the recurrence loses digits where h is small, the series where it is large.
    private static IEnumerable<double> Moments(double h, int count)
    {
        double scale = double.ExpM1(h), tail = scale, factorial = 1;
        for (int k = 1; k <= count; k++)
        {
            factorial *= k;
            tail = Math.Abs(h) < 1 ? Series(h, k, factorial) : tail / h - 1 / factorial;
            yield return factorial * tail / scale;
        }
    }

    private static double Series(double h, int k, double factorial)
    {
        double term = 1 / factorial, sum = 0;
        for (int j = 1; j < 20; j++) sum += term *= h / (j + k);
        return sum;
    }

    // The factor of x̂_0 in a step of first order.
    private double Gain(int t) => -Math.Sqrt(Coefficients.AlphaBarsPrevious[t]) * double.ExpM1(-Length(t));

    private double Length(int t) => HalfLogSnr(t - 1) - HalfLogSnr(t);

    private double HalfLogSnr(int t)
    {
        double alphaBar = t < 0 ? 1 : Coefficients.AlphaBars[t];
        return 0.5 * Math.Log(alphaBar / (1 - alphaBar));
    }
}
