using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Likelihood;

/// <summary>Every term of the bound for all predictions and variances, T = 50 and 1000, against improved-diffusion.</summary>
public sealed class VariationalBoundGoldenTests
{
    private static readonly JsonElement Cases = Golden.Load("03_bpd.json").GetProperty("cases");

    public static TheoryData<string> Names => [.. Cases.EnumerateArray().Select(golden => golden.Text("id"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Terms_PublishedCase_AreItsBitsPerDim(string id)
    {
        JsonElement golden = Cases.EnumerateArray().Single(candidate => candidate.Text("id") == id);
        ReverseDiffusion process = GoldenNetwork.Process(golden);
        var bound = new VariationalBound(GoldenNetwork.Of(golden), process);
        using var scope = NewDisposeScope();
        BoundTerms terms = bound.Terms(GoldenNetwork.X0(), GoldenNoise.Instance);

        terms.Total.Values().ShouldBeClose(golden.GetProperty("total_bpd").Numbers(), 1e-9, 0, "total");
        terms.Prior.Values().ShouldBeClose(golden.GetProperty("prior_bpd").Numbers(), 1e-9, 1e-15, "prior");
        terms.Terms.sum([1]).Values().ShouldBeClose(golden.GetProperty("vb_sum").Numbers(), 1e-9, 0, "sum of terms");
        terms.X0MeanSquaredErrors.mean([1]).Values()
            .ShouldBeClose(golden.GetProperty("xstart_mse_mean_over_t").Numbers(), 1e-9, 0, "x_0 error");
        terms.NoiseMeanSquaredErrors.mean([1]).Values()
            .ShouldBeClose(golden.GetProperty("mse_mean_over_t").Numbers(), 1e-9, 0, "noise error");
        int[] selected = golden.GetProperty("t_selected").Integers();
        Check(terms.Terms, golden.GetProperty("vb_at_t_selected"), selected, "term");
        Check(terms.X0MeanSquaredErrors, golden.GetProperty("xstart_mse_at_t_selected"), selected, "x_0 error");
        Check(terms.NoiseMeanSquaredErrors, golden.GetProperty("mse_at_t_selected"), selected, "noise error");

        // float32, as a network computes.
        BoundTerms single = bound.Terms(GoldenNetwork.X0().to(float32), GoldenNoise.Instance);
        single.Total.Values().ShouldBeClose(golden.GetProperty("total_bpd").Numbers(), 2e-4, 0, "total in float32");
    }

    private static void Check(Tensor table, JsonElement expected, int[] selected, string what)
    {
        for (int example = 0; example < 4; example++)
        {
            double[] row = table[example].Values(),
                numbers = [.. expected.EnumerateArray().ElementAt(example).ValueKind == JsonValueKind.Array
                ? expected[example].Numbers()
                : expected.Numbers()];
            // The reference adds numbers near 1 that cancel: one rounding.
            selected.Select(t => row[t]).ShouldBeClose(numbers, 1e-9, 1e-15, $"{what} of example {example}");
        }
    }

    /// <summary>The noise of timestep t is N("bpd_noise_t{t}", 4×3×8×8).</summary>
    private sealed class GoldenNoise : INoiseSource
    {
        // Of each timestep once: ten thousand hashes make the noise of one, and every case asks for the same, twice.
        private readonly Dictionary<int, double[]> drawn = [];

        public static GoldenNoise Instance { get; } = new();

        public Tensor Draw(NoiseRequest request)
        {
            if (!drawn.TryGetValue(request.Step, out double[]? numbers))
            {
                string key = $"bpd_noise_t{request.Step}";
                drawn[request.Step] = numbers = [.. Enumerable.Range(0, 4 * 3 * 8 * 8).Select(i => GoldenRandom.Normal(key, i))];
            }

            using Tensor all = tensor(numbers, [4, 3, 8, 8]);
            using Tensor rows = all[tensor(request.SampleIndices.ToArray())];
            return rows.to(request.ElementType, copy: true);
        }
    }
}
