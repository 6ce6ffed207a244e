using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Objectives;

/// <summary>The four losses of improved-diffusion for every prediction and variance, example by example.</summary>
public sealed class ObjectiveGoldenTests
{
    private static readonly JsonElement Cases = Golden.Load("03_training_losses.json").GetProperty("cases");

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.GetArrayLength())];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Evaluate_PublishedCase_GivesItsLosses(int index)
    {
        JsonElement golden = Cases[index];
        ReverseDiffusion process = GoldenNetwork.Process(golden);
        bool learned = process.Options.Variance.IsLearned;
        Objective objective = golden.Text("loss_type") switch
        {
            "MSE" => learned ? new HybridObjective(process, boundWeight: 1) : new SimpleObjective(process),
            // improved-diffusion weights the bound by T/1000, and leaves the loss alone where there is none.
            "RESCALED_MSE" => learned ? new HybridObjective(process) : new SimpleObjective(process),
            "KL" => new VariationalObjective(process),
            "RESCALED_KL" => new VariationalObjective(process, timesScale: true),
            string other => throw new InvalidDataException(other),
        };
        long[] t = [.. golden.GetProperty("t").Integers().Select(each => (long)each)];
        using var scope = NewDisposeScope();
        ObjectiveTerms terms = objective.Evaluate(GoldenNetwork.Of(golden), GoldenNetwork.X0(), t, GoldenNetwork.Noise());

        // The reference adds numbers near 1 that cancel: one rounding, 1e-15, times the scale of the loss.
        double rounding = 1e-15 * (golden.Text("loss_type") == "RESCALED_KL" ? golden.Integer("T") : 1);
        terms.Loss.Values().ShouldBeClose(golden.GetProperty("loss").Numbers(), 1e-10, rounding, "loss");
        if (golden.TryGetProperty("mse", out JsonElement mse))
        {
            terms.MeanSquaredError!.Values().ShouldBeClose(mse.Numbers(), 1e-10, 0, "mse");
        }

        if (golden.TryGetProperty("vb", out JsonElement vb)) terms.Bound!.Values().ShouldBeClose(vb.Numbers(), 1e-10, 1e-15, "vb");

        using Tensor single = objective.Loss(GoldenNetwork.Of(golden), GoldenNetwork.X0().to(float32), t,
            GoldenNetwork.Noise().to(float32));
        single.Values().ShouldBeClose(golden.GetProperty("loss").Numbers(),
            Math.Max(1e-4, 5 * golden.GetProperty("max_rel_diff_f32").GetDouble()), 0, "loss in float32");
    }

    [Fact]
    public void MinSnrWeights_GammaFive_ArePublished()
    {
        JsonElement golden = Golden.Load("05_snr.json");
        int[] t = golden.GetProperty("t").Integers();
        Weights(Prediction.Epsilon).ShouldBeClose(golden.GetProperty("min_snr_gamma5_weight_epsilon").Numbers(), 1e-9, 0, "ε");
        Weights(Prediction.V).ShouldBeClose(golden.GetProperty("min_snr_gamma5_weight_v").Numbers(), 1e-9, 0, "v");

        IEnumerable<double> Weights(Prediction prediction)
        {
            IReadOnlyList<double> all = LossWeighting.MinSnr()
                .Weights(new ReverseDiffusion(new LinearSchedule(), new ReverseDiffusionOptions { Prediction = prediction }));
            return t.Select(each => all[each]);
        }
    }
}
