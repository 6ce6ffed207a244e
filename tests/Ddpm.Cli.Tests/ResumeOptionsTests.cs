using System.Text.RegularExpressions;

namespace Ddpm.Cli.Tests;

/// <summary>Every option of <c>ddpm train</c> either must be the same when a run is resumed, or may differ for a reason.</summary>
public sealed class ResumeOptionsTests : IDisposable
{
    private static readonly string[] Run =
    [
        "train", "--data", "{pictures}", "--out", "{run}", "--steps", "1", "--channels", "8", "--multipliers", "1,2", "--blocks", "1",
        "--timesteps", "100", "--batch-size", "4", "--warmup-steps", "0", "--dropout", "0", "--grid-every", "100", "--decay", "cosine",
    ];

    // What another run has instead, and what the refusal names.
    private static readonly Dictionary<string, (string[] Arguments, string Named)> Compared = new()
    {
        ["--data"] = (["{others}"], "image files"),
        ["--size"] = (["16"], "Network.Height"),
        ["--grayscale"] = ([], "Network.InChannels"),
        ["--background"] = (["white"], "transparent pixels over #ffffff"),
        ["--skip-damaged"] = ([], "Skip"),
        ["--conditional"] = ([], "Network.ClassCount"),
        ["--label-dropout"] = (["0.5", "--conditional"], "LabelDropout"),
        ["--flip"] = ([], "flipped"),
        ["--batch-size"] = (["2"], "of 2"),
        ["--accumulation"] = (["2"], "Accumulation"),
        ["--learning-rate"] = (["0.5"], "LearningRate"),
        ["--warmup-steps"] = (["7"], "WarmupSteps"),
        ["--decay"] = (["linear"], "the decay of the learning rate must end after step 1"),
        ["--weight-decay"] = (["0.1"], "WeightDecay"),
        ["--ema"] = (["constant:0.5"], "Averages"),
        ["--loss-weights"] = (["min-snr:5"], "Objective: simple then, simple, min-SNR 5 now"),
        ["--dtype"] = (["bfloat16"], "ComputeType"),
        ["--schedule"] = (["cosine"], "Process.Betas"),
        ["--timesteps"] = (["99"], "Process.Timesteps"),
        ["--prediction"] = (["v"], "Process.Prediction"),
        ["--variance"] = (["learned-range"], "Process.Variance"),
        ["--channels"] = (["16"], "Network.BaseChannels"),
        ["--multipliers"] = (["1,1"], "Network.ChannelMultipliers"),
        ["--blocks"] = (["2"], "Network.BlocksPerLevel"),
        ["--attention"] = (["4"], "Network.AttentionResolutions"),
        ["--dropout"] = (["0.5"], "Network.Dropout"),
        ["--seed"] = (["1"], "Seed"),
    };

    private static readonly Dictionary<string, string> Harmless = new()
    {
        ["--out"] = "names the run",
        ["--class-names"] = "names the classes, whose numbers the network learns",
        ["--labels"] = "is part of the data's digest, with IDX files alone",
        ["--steps"] = "says where a run ends; more steps re-plan the learning rate",
        ["--resume"] = "reads the options of the run",
        ["--init-from"] = "gives the weights of the start, and a network that is compared",
        ["--force"] = "trains whatever the estimate says",
        ["--quiet"] = "says what is written on the screen",
        ["--max-pixels"] = "refuses files; which are skipped for it is part of the data's identity",
        ["--max-bytes"] = "refuses files and changes none",
        ["--max-minutes"] = "says when a run is interrupted",
        ["--checkpoint-every"] = "changes no number",
        ["--keep-last"] = "changes no number",
        ["--grid-every"] = "pictures are functions of the weights and the seed",
        ["--metrics-every"] = "says which steps a row averages; no step changes",
        ["--tensorboard"] = "writes the same numbers once more",
        ["--workers"] = "reading ahead changes nothing",
        ["--threads"] = "the same run but for rounding",
        ["--device"] = "the same run but for rounding",
        ["--tf32"] = "the same run but for rounding",
        ["--channels-last"] = "the same run but for rounding",
        ["--mpi"] = "the same run but for rounding",
        ["--mpi-timeout"] = "ends a job that would hang",
        ["--json"] = "says what is written on the screen",
        ["--config"] = "gives values to the options",
        ["--verbose"] = "says what is written on the screen",
        ["--help"] = "trains nothing",
        ["--version"] = "trains nothing",
    };

    private readonly Workplace place = new();

    public void Dispose() => place.Dispose();

    [Fact]
    public void Train_EveryOption_IsComparedOrHarmlessForAReason()
    {
        (_, string help, _) = place.Run("train", "--help");
        string[] options = [.. Regex.Matches(help, @"(?<![\w-])--[a-z][a-z0-9-]*").Select(match => match.Value).Distinct()];
        options.Should().Contain("--dropout").And.HaveCountGreaterThan(30);
        options.Except(Compared.Keys).Except(Harmless.Keys).Should().BeEmpty("an option is compared on resume, or harmless for a reason");
        Compared.Keys.Except(options).Should().BeEmpty("what is listed here exists");
    }

    [Fact]
    public void Train_ResumedWithAnotherValueOfAnyComparedOption_IsRefusedWithTheDifference()
    {
        place.SavePictures("pictures", 4, seed: 1, channels: 3);
        place.SavePictures("others", 5, seed: 2, channels: 3);
        (int code, _, string error) = place.Run(Run);
        code.Should().Be(0, error);
        string options = File.ReadAllText(place["run/options.json"]);
        foreach ((string option, (string[] arguments, string named)) in Compared)
        {
            (code, _, error) = place.Run(Changed(option, arguments));
            code.Should().Be(1, "{0} is another: {1}", option, error);
            error.Should().Contain(named, "{0} is another", option);
            File.ReadAllText(place["run/options.json"]).Should().Be(options, "{0} was refused, and --resume reads the file", option);
        }

        place.Run([.. Run, "--keep-last", "1", "--workers", "2"]).Code.Should().Be(0);
    }

    private static string[] Changed(string option, string[] value)
    {
        int at = Array.IndexOf(Run, option);
        if (at < 0) return [.. Run, option, .. value];
        return [.. Run[..at], option, .. value, .. Run[(at + 2)..]];
    }
}
