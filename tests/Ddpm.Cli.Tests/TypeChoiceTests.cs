using Ddpm.Cli.Arguments;
using Ddpm.Cli.Training;
using Ddpm.Training;

namespace Ddpm.Cli.Tests;

public sealed class TypeChoiceTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Require_SlowerType_IsRefusedWithBothTimesUnlessForced()
    {
        TypeChoice slower = new(new ComputeSpeed(Milliseconds(4), Milliseconds(43.5)));
        slower.Invoking(choice => choice.Require(force: false)).Should().Throw<UsageException>().WithMessage(
            "--dtype bfloat16 is slower than float32 on this processor. A convolution, forward and backward: 43.50 ms in bfloat16, "
                + "4.00 ms in float32. Leave it out; --force trains in bfloat16 all the same.");
        slower.Invoking(choice => choice.Require(force: true)).Should().NotThrow();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4.5)] // what noise makes of equal times
    public void Require_FasterOrEqualType_IsTaken(double milliseconds) =>
        new TypeChoice(new ComputeSpeed(Milliseconds(4), Milliseconds(milliseconds))).Require(force: false);

    [Fact]
    public void Train_ForcedBFloat16_SaysTheTimesAndIsResumedWithoutForce()
    {
        here.SaveIdx("images", 4, seed: 1);
        string[] train =
        [
            "train", "--data", "{images}", "--out", "{run}", "--dtype", "bfloat16", "--channels", "8", "--multipliers", "1,2",
            "--blocks", "1", "--schedule", "cosine", "--timesteps", "4", "--batch-size", "2", "--warmup-steps", "1",
            "--checkpoint-every", "1", "--grid-every", "100",
        ];
        (int code, string output, string error) = here.Run([.. train, "--steps", "1", "--force"]);
        (code, error).Should().Be((0, ""));
        output.Should().MatchRegex(@"A convolution, forward and backward: [\d.]+ ms in bfloat16, [\d.]+ ms in float32");

        (code, output, error) = here.Run([.. train, "--steps", "2"]);
        (code, error).Should().Be((0, ""), "the checkpoint says what was decided");
        output.Should().Contain("going on at step 1").And.NotContain("A convolution");
        ((string)here.Json("inspect", "{run/checkpoints/step-000000002}")["settings"]!["ComputeType"]!).Should().Be("BFloat16");
    }

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);
}
