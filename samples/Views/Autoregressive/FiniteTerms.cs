namespace Ddpm.Views;

/// <summary>The terms of a bound over a set of examples, in bits for each example.</summary>
/// <param name="Prior">Eq. 5: L_T. Eq. 16: KL(q(x_T) ‖ p(x_T)).</param>
/// <param name="Steps">Eq. 5: L_0 first, then L_{t-1}. Eq. 16: the mean KL(q(x_{t-1} | x_t) ‖ p_θ(x_{t-1} | x_t)), by ascending t.</param>
/// <param name="Entropy">Eq. 5: 0. Eq. 16: H(x_0).</param>
internal sealed record FiniteTerms(double Prior, IReadOnlyList<double> Steps, double Entropy)
{
    /// <summary>L.</summary>
    public double Total => Prior + Steps.Sum() + Entropy;
}
