namespace Ddpm.Views;

/// <summary>
/// A forward process q and a reverse process p_θ over finitely many states, which are texts. Nothing here is normal or even a number:
/// eq. 3, 5 and 16 of Ho et al. 2020 (arXiv:2006.11239) hold for any such pair. t runs from 0 to T-1, as in the library; x_t is what step
/// t leaves.
/// </summary>
internal abstract class FiniteDiffusion
{
    /// <summary>T.</summary>
    public abstract int Timesteps { get; }

    /// <summary>q(x_t | x_{t-1}): the states that can follow, with their probabilities.</summary>
    public abstract IEnumerable<(string State, double Probability)> Forward(string previous, int t);

    /// <summary>p_θ(x_{t-1} | x_t).</summary>
    public abstract double Reverse(string previous, string state, int t);

    /// <summary>p(x_T).</summary>
    public abstract double Prior(string last);
}
