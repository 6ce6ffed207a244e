using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>One step of DDPM and DDIM for every prediction and variance, against diffusers with float64 tables.</summary>
public sealed class SingleStepGoldenTests
{
    private static readonly JsonElement Cases = Golden.Load("02_scheduler_single_steps.json").GetProperty("cases");

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Cases.GetArrayLength())];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Step_PublishedCase_GivesItsSample(int index)
    {
        JsonElement golden = Cases[index];
        using var scope = NewDisposeScope();
        Tensor xt = GoldenRandom.Fill(GoldenRandom.Normal, "step_x", 2, 2, 2, 2),
            noise = GoldenRandom.Fill(GoldenRandom.Normal, "step_noise", 2, 2, 2, 2);
        Tensor output = GoldenRandom.Fill(GoldenRandom.Normal, "step_model", 2, 2, 2, 2),
            extra = GoldenRandom.Fill(GoldenRandom.Uniform, "step_var", 2, 2, 2, 2);
        string variance = golden.TryGetProperty("variance_type", out JsonElement type) ? type.GetString()! : "fixed_small";
        if (variance == "learned_range") output = cat([output, extra], 1);
        // diffusers reads these channels as a variance, we as its logarithm.
        if (variance == "learned") output = cat([output, (0.01 * extra.abs()).log()], 1);

        IVarianceSchedule schedule = new LinearSchedule();
        int t = golden.Integer("t");
        ReverseDiffusionOptions options = new()
        {
            Prediction = golden.Text("prediction_type") switch
            {
                "epsilon" => Prediction.Epsilon,
                "v_prediction" => Prediction.V,
                "sample" => Prediction.X0,
                string other => throw new InvalidDataException(other),
            },
            Variance = variance switch
            {
                "fixed_small" or "fixed_small_log" => ReverseVariance.FixedSmall,
                "fixed_large" => ReverseVariance.FixedLarge,
                "learned" => ReverseVariance.Learned,
                "learned_range" => ReverseVariance.LearnedRange,
                string other => throw new InvalidDataException(other),
            },
            Clipping = golden.Flag("clip_sample") ? X0Clipping.Unit : X0Clipping.None,
        };
        SamplingStep step;
        if (golden.Text("scheduler") == "DDPM")
        {
            step = new DdpmSampler(NoModel.Instance, new ReverseDiffusion(schedule, options)).Step(output, xt, t, noise);
        }
        else
        {
            int count = golden.Integer("num_inference_steps");
            var respaced = new RespacedSchedule(schedule, TimestepSpacing.Leading(1000, count));
            DdimOptions ddim = new()
            {
                Eta = golden.GetProperty("eta").GetDouble(),
                RederiveNoise = golden.Flag("use_clipped_model_output"),
            };
            step = new DdimSampler(NoModel.Instance, new ReverseDiffusion(respaced, options), ddim)
                .Step(output, xt, respaced.Retained.IndexOf(t), noise);
        }

        step.Previous.Values().ShouldBeClose(golden.GetProperty("prev_sample").Numbers(), 0, 1e-11, "prev_sample");
        step.X0.Values().ShouldBeClose(golden.GetProperty("pred_original_sample").Numbers(), 0, 1e-11, "pred_original_sample");
    }

    [Fact]
    public void Step_MissingOrWrongArguments_AreNamed()
    {
        using var scope = NewDisposeScope();
        Tensor xt = zeros(2, 3), output = zeros(2, 3);
        var sampler = new DdpmSampler(NoModel.Instance, new ReverseDiffusion(new LinearSchedule(10)));

        FluentActions.Invoking(() => sampler.Step(output, xt, 5)).Should().Throw<ArgumentNullException>()
            .WithMessage("noise must be given at t = 5*");
        FluentActions.Invoking(() => sampler.Step(output, xt, 10, xt)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("t must be a timestep 0 … 9*");
        FluentActions.Invoking(() => sampler.Step(output, xt, 5, zeros(2, 4))).Should().Throw<ArgumentException>()
            .WithMessage("noise must have the shape of xt, [2, 3], but has [2, 4]*");
        FluentActions.Invoking(() => new DdimSampler(NoModel.Instance, sampler.Process, new DdimOptions { Eta = 1.1 }))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Eta must be at least 0 and at most 1, but is 1.1*");
        using SamplingStep last = sampler.Step(output, xt, 0);
        last.Previous.Equals(last.X0).Should().BeTrue();
    }

    private sealed class NoModel : IEpsilonModel
    {
        public static NoModel Instance { get; } = new();

        public Tensor Predict(Tensor xt, Tensor t) => throw new NotSupportedException();
    }
}
