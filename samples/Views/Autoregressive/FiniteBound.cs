namespace Ddpm.Views;

/// <summary>
/// The variational bound of any <see cref="FiniteDiffusion"/>, term by term, in both of the paper's orders (Ho et al. 2020,
/// arXiv:2006.11239, eq. 5 and 16): sums over all states that q reaches, no sampling.
/// </summary>
internal static class FiniteBound
{
    /// <summary>Eq. 5: every term knows x_0, so it is computed for each example and averaged.</summary>
    /// <param name="process">q and p_θ.</param>
    /// <param name="examples">The set, an example as often as it occurs.</param>
    public static FiniteTerms Equation5(FiniteDiffusion process, IReadOnlyCollection<string> examples)
    {
        double prior = 0;
        double[] steps = new double[process.Timesteps];
        foreach ((string x0, double share) in Distribution(examples))
        {
            // With one x_0, q(x_{t-1} | x_t) is the posterior q(x_{t-1} | x_t, x_0). At t = 0 it is x_0 for certain: its divergence is L_0.
            FiniteTerms one = Walk(process, new Dictionary<string, double> { [x0] = 1 });
            prior += share * one.Prior;
            for (int t = 0; t < steps.Length; t++) steps[t] += share * one.Steps[t];
        }

        return new FiniteTerms(prior, steps, 0);
    }

    /// <summary>Eq. 16: the terms know only the distribution of the set, whose entropy stands by itself.</summary>
    /// <param name="process">q and p_θ.</param>
    /// <param name="examples">The set, an example as often as it occurs.</param>
    public static FiniteTerms Equation16(FiniteDiffusion process, IReadOnlyCollection<string> examples)
    {
        Dictionary<string, double> distribution = Distribution(examples);
        return Walk(process, distribution) with { Entropy = -distribution.Values.Sum(share => share * Math.Log2(share)) };
    }

    // The divergences of a process that begins with a distribution of x_0, whose entropy is left to the caller.
    private static FiniteTerms Walk(FiniteDiffusion process, Dictionary<string, double> x0)
    {
        Dictionary<string, double> marginal = x0; // q(x_{t-1})
        double[] steps = new double[process.Timesteps];
        for (int t = 0; t < process.Timesteps; t++)
        {
            // q(x_{t-1}, x_t) = q(x_t | x_{t-1}) q(x_{t-1}).
            var joint = new List<(string Previous, string State, double Probability)>();
            foreach ((string previous, double weight) in marginal)
            {
                joint.AddRange(process.Forward(previous, t).Select(next => (previous, next.State, weight * next.Probability)));
            }

            Dictionary<string, double> next = joint.GroupBy(pair => pair.State)
                .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Probability));
            // Bayes: q(x_{t-1} | x_t) = q(x_{t-1}, x_t)/q(x_t).
            steps[t] = joint.Where(pair => pair.Probability > 0).Sum(pair => pair.Probability
                * (Math.Log2(pair.Probability / next[pair.State]) - Math.Log2(process.Reverse(pair.Previous, pair.State, t))));
            marginal = next;
        }

        return new FiniteTerms(marginal.Sum(last => last.Value * Math.Log2(last.Value / process.Prior(last.Key))), steps, 0);
    }

    private static Dictionary<string, double> Distribution(IReadOnlyCollection<string> examples) =>
        examples.GroupBy(example => example).ToDictionary(group => group.Key, group => (double)group.Count() / examples.Count);
}
