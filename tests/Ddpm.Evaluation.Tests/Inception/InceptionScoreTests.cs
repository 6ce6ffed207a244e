using System.Text.Json;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Inception;

public sealed class InceptionScoreTests
{
    [Fact]
    public void Compute_GoldenLogits_GiveTheReferenceScores()
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Goldens", "06_inception_score.json")));
        foreach (JsonElement entry in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            // Such as 3*N('is_logits7',997x10).
            string[] words = entry.GetProperty("logits").GetString()!.Split('\'');
            long[] shape = [.. words[2].Trim(',', ')').Split('x').Select(long.Parse)];
            using Tensor logits = GoldenRandom.Fill(GoldenRandom.Normal, words[1], shape) * 3;
            InceptionScoreResult score = InceptionScore.Compute(logits, entry.GetProperty("splits").GetInt32());
            score.Splits.Should().Equal(entry.GetProperty("per_split").EnumerateArray().Select(value => value.GetDouble()),
                (a, b) => Math.Abs(a - b) < 1e-10 * b);
            score.Mean.Should().BeApproximately(entry.GetProperty("mean").GetDouble(), 1e-10 * score.Mean);
            score.StandardDeviation.Should().BeApproximately(entry.GetProperty("std_population").GetDouble(), 1e-10);
        }
    }

    [Fact]
    public void Compute_Limits_AreOneAndTheNumberOfClasses()
    {
        using Tensor same = randn([1, 7], generator: new Generator(1)).expand(30, 7), sure = eye(7).repeat(5, 1) * 2000;
        InceptionScore.Compute(same, 3).Mean.Should().BeApproximately(1, 1e-12);
        InceptionScore.Compute(sure, 1).Mean.Should().BeApproximately(7, 1e-9);
        FluentActions.Invoking(() => InceptionScore.Compute(same, 31)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("splits must be 1 … 30*31*");
    }
}
