using System.Text.Json;
using Ddpm.Core;
using Ddpm.Models;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Optimization;

/// <summary>
/// Five steps of the trainer against PyTorch's Adam and AdamW on diffusers' network: Goldens/adam_steps.json says how they were made.
/// </summary>
public sealed class ReferenceStepsTests
{
    public static TheoryData<string, bool> Cases()
    {
        var cases = new TheoryData<string, bool>();
        foreach (string name in new[] { "adam", "adam_clipped", "adamw", "adam_accumulated" })
        {
            cases.Add(name, true);
            cases.Add(name, false);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Step_Five_GiveTheReferenceLossesNormsAndAverages(string name, bool fused)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Goldens", "adam_steps.json")));
        JsonElement golden = document.RootElement.GetProperty("cases").EnumerateArray()
            .Single(entry => entry.GetProperty("name").GetString() == name);
        using TrainedModel model = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "Goldens", "small_pipeline"));
        using TrainedModel start = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "Goldens", "small_pipeline"));
        int parts = golden.GetProperty("accumulation").GetInt32();
        var options = new TrainingOptions
        {
            LearningRate = 2e-4,
            WarmupSteps = 2,
            WeightDecay = golden.GetProperty("weight_decay").GetDouble(),
            GradientClip = golden.GetProperty("clip").ValueKind == JsonValueKind.Null ? null : golden.GetProperty("clip").GetDouble(),
            Accumulation = parts,
            Averages = [AverageProfile.Constant(0.9)],
            FusedUpdates = fused,
        };
        using Trainer trainer = Trainer.Create(
            model.Network,
            new SimpleObjective(new ReverseDiffusion(new LinearSchedule())),
            options,
            new ReferenceTimesteps(),
            new ReferenceNoise());
        for (int step = 0; step < 5; step++)
        {
            TrainingBatch[] batches =
            [
                .. Enumerable.Range(0, parts).Select(
                    part => new TrainingBatch(GoldenRandom.Fill(GoldenRandom.Pixel, $"adam_{step}_{part}_x0", 4, 1, 16, 16).to(float32))),
            ];
            TrainingStep done = trainer.Step(batches);
            foreach (TrainingBatch batch in batches) batch.Dispose();
            double loss = golden.GetProperty("loss_f64")[step].GetDouble(), norm = golden.GetProperty("grad_norm_f64")[step].GetDouble();
            done.Loss.Should().BeApproximately(loss, 2e-6 * loss, "step {0}", step);
            done.GradientNorm.Should().BeApproximately(norm, 5e-6 * norm, "step {0}", step);
            done.Losses.Length.Should().Be(4 * parts);
        }

        Norm(model.Network, start.Network).Should().BeApproximately(golden.GetProperty("moved_l2_f64").GetDouble(), 1e-5);
        using IDisposable averaged = trainer.Ema.SwapIn();
        Norm(model.Network, start.Network).Should().BeApproximately(golden.GetProperty("ema_moved_l2_f64").GetDouble(), 1e-5);
    }

    // How far the parameters have moved.
    private static double Norm(UNet network, UNet start)
    {
        using var noGradient = no_grad();
        Dictionary<string, Tensor> from = start.state_dict();
        return Math.Sqrt(
            network.state_dict().Sum(pair => pair.Value.to(float64).sub(from[pair.Key].to(float64)).square().sum().item<double>()));
    }

    private sealed class ReferenceTimesteps : ITimestepSampler
    {
        public TimestepDraw Draw(long seed, int trainingStep, int count) =>
            new(
                [.. Enumerable.Range(0, count).Select(place => (long)(37 * trainingStep + 211 * (place % 4) + 101 * (place / 4)) % 1000)],
                [.. Enumerable.Repeat(1.0, count)]);
    }

    private sealed class ReferenceNoise : INoiseSource
    {
        public Tensor Draw(NoiseRequest request) =>
            GoldenRandom.Fill(GoldenRandom.Normal, $"adam_{request.Step}_{request.SampleIndices[0] / 4}_eps", [.. request.Shape])
                .to(float32);
    }
}
