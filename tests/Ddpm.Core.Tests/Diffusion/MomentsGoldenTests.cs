using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Diffusion;

/// <summary>Moments of q, of the posterior and of p_θ against improved-diffusion.</summary>
public sealed class MomentsGoldenTests
{
    private static readonly JsonElement Forward = Golden.Load("03_q_and_posterior.json").GetProperty("cases");

    private static readonly JsonElement Reverse = Golden.Load("03_p_mean_variance.json").GetProperty("cases");

    public static TheoryData<int> ForwardCases => [.. Enumerable.Range(0, Forward.GetArrayLength())];

    public static TheoryData<int> ReverseCases => [.. Enumerable.Range(0, Reverse.GetArrayLength())];

    [Theory]
    [MemberData(nameof(ForwardCases))]
    public void ForwardAndPosterior_PublishedCase_GiveItsMoments(int index)
    {
        JsonElement golden = Forward[index];
        long[] t = [.. golden.GetProperty("t").Integers().Select(each => (long)each)];
        IVarianceSchedule schedule = GoldenNetwork.Schedule(golden);
        ForwardDiffusion q = new(schedule);
        PosteriorQ posterior = new(schedule);
        using var scope = NewDisposeScope();
        Tensor x0 = GoldenNetwork.X0(), noise = GoldenNetwork.Noise(), xt = q.Sample(x0, t, noise);

        Check(xt, golden, "q_sample", 1e-12);
        Check(q.Mean(x0, t), golden, "q_mean", 1e-12);
        Check(PerExample(t, q.Variance, x0), golden, "q_variance", 1e-12);
        Check(PerExample(t, q.LogVariance, x0), golden, "q_log_variance", 1e-12);
        Check(posterior.Mean(x0, xt, t), golden, "posterior_mean", 1e-12);
        Check(PerExample(t, posterior.Variance, x0), golden, "posterior_variance", 1e-12);
        Check(PerExample(t, each => posterior.LogVariance(each), x0), golden, "posterior_log_variance_clipped", 1e-12);
        Tensor single = q.Sample(x0.to(float32), t, noise.to(float32));
        Check(single, golden, "q_sample", 2e-6);
    }

    [Theory]
    [MemberData(nameof(ReverseCases))]
    public void Moments_EveryPredictionAndVariance_GiveThePublishedOnes(int index)
    {
        JsonElement golden = Reverse[index];
        long[] t = [.. golden.GetProperty("t").Integers().Select(each => (long)each)];
        ReverseDiffusion process = GoldenNetwork.Process(golden);
        using var scope = NewDisposeScope();
        Tensor x0 = GoldenNetwork.X0(), xt = process.Forward.Sample(x0, t, GoldenNetwork.Noise());

        ReverseMoments moments = process.Moments(GoldenNetwork.Of(golden).Predict(xt, tensor(t)), xt, t);
        Check(moments.Mean, golden, "mean", 1e-10);
        Check(moments.Variance.expand_as(xt), golden, "variance", 1e-10);
        Check(moments.LogVariance.expand_as(xt), golden, "log_variance", 1e-10);
        Check(moments.X0, golden, "pred_xstart", 1e-10);

        // In float32, relative to the largest value; x̂_0 from ε at the last timesteps as near as the reference's own float32 run (2 times
        // its distance).
        Tensor single = xt.to(float32);
        ReverseMoments rough = process.Moments(GoldenNetwork.Of(golden).Predict(single, tensor(t)), single, t);
        CheckSingle(rough.Mean, moments.Mean, golden, "mean");
        CheckSingle(rough.X0, moments.X0, golden, "pred_xstart");
        CheckSingle(rough.LogVariance, moments.LogVariance, golden, "log_variance");
    }

    [Fact]
    public void Moments_SharedTimestep_AreThoseOfOneForEach()
    {
        foreach (JsonElement golden in Reverse.EnumerateArray())
        {
            ReverseDiffusion process = GoldenNetwork.Process(golden);
            using var scope = NewDisposeScope();
            Tensor xt = GoldenNetwork.Noise();
            foreach (int t in golden.GetProperty("t").Integers())
            {
                long[] each = [t, t, t, t];
                Tensor output = GoldenNetwork.Of(golden).Predict(xt, tensor(each));
                ReverseMoments shared = process.Moments(output, xt, t), separate = process.Moments(output, xt, each);
                shared.Mean.Equals(separate.Mean).Should().BeTrue();
                shared.X0.Equals(separate.X0).Should().BeTrue();
                shared.LogVariance.expand_as(xt).Equals(separate.LogVariance.expand_as(xt)).Should().BeTrue();
                shared.Variance.expand_as(xt).Equals(separate.Variance.expand_as(xt)).Should().BeTrue();
            }
        }
    }

    private static Tensor PerExample(long[] t, Func<int, double> value, Tensor like) =>
        tensor(t.Select(each => value((int)each)).ToArray()).reshape(-1, 1, 1, 1).expand_as(like);

    private static void Check(Tensor actual, JsonElement golden, string name, double tolerance)
    {
        JsonElement expected = golden.GetProperty(name);
        Tensor flat = actual.to(float64).reshape(4, -1);
        // Relative, and absolute at the scale of the tensor: sums over 192 elements of both signs cancel.
        double scale = flat.abs().max().item<double>();
        double[] first = flat.narrow(1, 0, 4).Values();
        double[] listed = expected.GetProperty("per_example_first4").ValueKind == JsonValueKind.Array
            && expected.GetProperty("per_example_first4")[0].ValueKind == JsonValueKind.Array
            ? [.. expected.GetProperty("per_example_first4").EnumerateArray().SelectMany(row => row.Numbers())]
            : expected.GetProperty("per_example_first4").Numbers();
        first.ShouldBeClose(listed, tolerance, tolerance * scale, name);
        flat.mean([1]).Values()
            .ShouldBeClose(expected.GetProperty("per_example_mean").Numbers(), tolerance, tolerance * scale, $"{name} mean");
        flat.square().sum([1]).sqrt().Values()
            .ShouldBeClose(expected.GetProperty("per_example_l2").Numbers(), tolerance, tolerance * scale, $"{name} l2");
    }

    private static void CheckSingle(Tensor actual, Tensor expected, JsonElement golden, string name)
    {
        double tolerance = Math.Max(1e-5, 2 * golden.GetProperty(name).GetProperty("max_rel_diff_f32").GetDouble());
        (actual.to(float64) - expected).abs().max().item<double>()
            .Should().BeLessThanOrEqualTo(tolerance * Math.Max(1, expected.abs().max().item<double>()), name);
    }
}
