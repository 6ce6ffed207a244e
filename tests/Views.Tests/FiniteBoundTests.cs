namespace Ddpm.Views.Tests;

public sealed class FiniteBoundTests
{
    private static readonly string[] States = ["a", "b", "c"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Equations5And16_AnyProcess_AreEquation3OverAllTrajectories(int seed)
    {
        var process = new RandomProcess(new Random(seed), timesteps: 4);
        string[] examples = ["a", "b", "b", "a", "a"];

        // E_q[-log p(x_T) - Σ log p_θ(x_{t-1} | x_t)/q(x_t | x_{t-1})], one trajectory after the other.
        double expected = 0;
        foreach (string x0 in examples) expected += Expectation(process, x0, 0, 1, 0) / examples.Length;

        FiniteTerms five = FiniteBound.Equation5(process, examples), sixteen = FiniteBound.Equation16(process, examples);
        five.Total.Should().BeApproximately(expected, 1e-12);
        sixteen.Total.Should().BeApproximately(expected, 1e-12);
        sixteen.Entropy.Should().BeApproximately(-0.6 * Math.Log2(0.6) - 0.4 * Math.Log2(0.4), 1e-12);
        sixteen.Steps.Should().OnlyContain(divergence => divergence > 0, "every random p_θ differs from q(x_{t-1} | x_t)");
        sixteen.Prior.Should().BeLessThan(five.Prior, "q(x_T) forgets x_0 more than q(x_T | x_0) does");
    }

    [Fact]
    public void Equation16_ReverseOfBayesRule_HasNoDivergenceAndIsTheEntropy()
    {
        string[] examples = ["a", "b", "b", "c", "a"];
        var forward = new RandomProcess(new Random(7), timesteps: 3);

        FiniteTerms terms = FiniteBound.Equation16(new BayesReverse(forward, examples), examples);

        terms.Steps.Should().OnlyContain(divergence => Math.Abs(divergence) < 1e-12);
        terms.Prior.Should().BeApproximately(0, 1e-12);
        terms.Total.Should().BeApproximately(-0.8 * Math.Log2(0.4) - 0.2 * Math.Log2(0.2), 1e-12);
    }

    private static double Expectation(FiniteDiffusion process, string state, int t, double probability, double log)
    {
        if (t == process.Timesteps) return probability * (log - Math.Log2(process.Prior(state)));
        return process.Forward(state, t).Sum(next => Expectation(
            process, next.State, t + 1, probability * next.Probability,
            log + Math.Log2(next.Probability) - Math.Log2(process.Reverse(state, next.State, t))));
    }

    private static Dictionary<(int T, string From, string To), double> Table(Random random, int timesteps)
    {
        var table = new Dictionary<(int, string, string), double>();
        for (int t = 0; t < timesteps; t++)
        {
            foreach (string from in States)
            {
                double[] weights = [.. States.Select(_ => 0.05 + random.NextDouble())];
                foreach ((string to, double weight) in States.Zip(weights)) table[(t, from, to)] = weight / weights.Sum();
            }
        }

        return table;
    }

    private sealed class RandomProcess(Random random, int timesteps) : FiniteDiffusion
    {
        private readonly Dictionary<(int, string, string), double> forward = Table(random, timesteps), reverse = Table(random, timesteps);

        public override int Timesteps => timesteps;

        public override IEnumerable<(string State, double Probability)> Forward(string previous, int t) =>
            States.Select(next => (next, forward[(t, previous, next)]));

        public override double Reverse(string previous, string state, int t) => reverse[(t, state, previous)];

        public override double Prior(string last) => 1.0 / States.Length;
    }

    private sealed class BayesReverse(FiniteDiffusion process, string[] examples) : FiniteDiffusion
    {
        public override int Timesteps => process.Timesteps;

        public override IEnumerable<(string State, double Probability)> Forward(string previous, int t) => process.Forward(previous, t);

        public override double Reverse(string previous, string state, int t) =>
            Marginal(previous, t) * process.Forward(previous, t).Single(next => next.State == state).Probability / Marginal(state, t + 1);

        public override double Prior(string last) => Marginal(last, Timesteps);

        private double Marginal(string state, int t) => t == 0
            ? (double)examples.Count(example => example == state) / examples.Length
            : States.Sum(from =>
                Marginal(from, t - 1) * process.Forward(from, t - 1).Single(next => next.State == state).Probability);
    }
}
