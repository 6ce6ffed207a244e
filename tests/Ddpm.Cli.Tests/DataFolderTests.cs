using System.Text.Json.Nodes;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>What the commands say of folders of images: what is left out, what cannot be used, and what a file may cost.</summary>
public sealed class DataFolderTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--channels", "8", "--multipliers", "1,2", "--blocks", "1", "--schedule", "cosine", "--timesteps", "4", "--batch-size", "2",
        "--warmup-steps", "0", "--dropout", "0", "--decay", "none",
    ];

    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Train_RunInItsOwnData_IsLeftOutAndResumed()
    {
        here.SavePictures("pics", 4, seed: 1);
        string[] train = ["train", "--data", "{pics}", "--out", "{pics/run}", .. Small];
        here.Json([.. train, "--steps", "1"])["data"]!["left_out"]!.AsArray().Should().BeEmpty();
        (int code, string output, string error) = here.Run([.. train, "--steps", "2"]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain("going on at step 1")
            .And.Contain($"Left out of {here["pics"]}: 1 written by ddpm ({here["pics/run"]})");
        JsonNode left = here.Json([.. train, "--steps", "3"])["data"]!["left_out"]![0]!;
        ((string)left["reason"]!, (int)left["count"]!, (string)left["example"]!).Should().Be(("written by ddpm", 1, here["pics/run"]));

        // Samples beside them too; and both can be measured by name.
        here.Run("sample", "{pics/run/model}", "--out", "{pics/drawn}", "--count", "4", "--steps", "2").Code.Should().Be(0);
        (code, output, error) = here.Run([.. train, "--steps", "4"]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain($"2 written by ddpm ({here["pics/drawn"]} and others)");
        JsonObject measured = here.Json("evaluate", "fid", "{pics}", "{pics/drawn}", "--features", "pixels");
        ((int)measured["data"]!["reference"]!["left_out"]![0]!["count"]!).Should().Be(2);
        ((int)measured["data"]!["samples"]!["images"]!).Should().Be(4);
    }

    [Theory]
    [InlineData("{pics}", 4)]
    [InlineData("{pics/even}", 2)]
    public void Train_OutputThatHoldsData_IsRefused(string output, int held)
    {
        here.SavePictures("pics", 4, seed: 1);
        (int code, _, string error) = here.Run(["train", "--data", "{pics}", "--out", output, "--steps", "1", .. Small]);
        code.Should().Be(2);
        error.Trim().Should().Be(
            $"--out must be a folder without images of --data, but {here.Place(output)} has {held} of them; a folder of its own in "
                + $"{here["pics"]} is left out of the data.");
        Directory.GetFileSystemEntries(here["pics"]).Should().HaveCount(2, "nothing is left behind");
    }

    [Fact]
    public void Commands_OnFilesThatStateTooMuch_NameFileSizeLimitAndOption()
    {
        here.SavePictures("pics", 4, seed: 1);
        here.SaveModel();
        here.SaveIdx("gray", 4, seed: 1);
        string first = here["pics/even/000.png"];
        string pixels = $"{first} states 8×8 = 64 pixels, but --max-pixels allows 63.";
        AssertRefused(1, pixels, ["train", "--data", "{pics}", "--out", "{run}", "--max-pixels", "63", "--steps", "1", .. Small]);
        AssertRefused(1, pixels, "evaluate", "fid", "{pics}", "{pics}", "--features", "pixels", "--max-pixels", "63");
        AssertRefused(1, pixels, "evaluate", "bpd", "{model}", "{pics}", "--max-pixels", "63");
        string bytes = $"{here["gray"]} states [4, 8, 8], which is 256 bytes, but must state 1 … 255 (--max-bytes).";
        AssertRefused(1, bytes, ["train", "--data", "{gray}", "--out", "{run}", "--max-bytes", "255", "--steps", "1", .. Small]);
        AssertRefused(1, bytes, "evaluate", "fid", "{gray}", "{gray}", "--features", "pixels", "--max-bytes", "255");
        here.Run("evaluate", "fid", "{gray}", "--features", "pixels", "--save-stats", "{s.npz}").Code.Should().Be(0);
        AssertRefused(
            1,
            $"{here["s.npz"]}: mu has the shape (64,), which is too large: it may have two axes of at most 63 features (--max-features).",
            "evaluate", "fid", "{s.npz}", "{gray}", "--features", "pixels", "--max-features", "63");
        AssertRefused(
            2,
            "--size must be at most 8 for the limit of --max-pixels, but is 9.",
            "evaluate", "fid", "{pics}", "{pics}", "--features", "pixels", "--size", "9", "--max-pixels", "80");
        if (OperatingSystem.IsWindows()) return;
        AssertRefused(1, "/dev/zero must be a regular file with contents, but is empty, a pipe or a device.",
            ["train", "--data", "/dev/zero", "--out", "{run}", "--steps", "1", .. Small]);
        Directory.Exists(here["run"]).Should().BeFalse("nothing is left behind");
    }

    [Fact]
    public void Commands_OnImagesOfSeveralSizes_NameTheOptionThatMendsIt()
    {
        here.SavePictures("pics", 4, seed: 1);
        using Tensor large = zeros([1, 9, 9], uint8);
        ImageFile.SavePng(here["pics/odd/009.png"], large);
        string message = $"{here["pics/odd/009.png"]} is of 9×9 pixels, but the first image of 8×8: give a size to bring all to (--size).";
        AssertRefused(2, message, "evaluate", "fid", "{pics}", "{pics}", "--features", "pixels");
        AssertRefused(2, message, ["train", "--data", "{pics}", "--out", "{run}", "--steps", "3", .. Small]);
    }

    [Fact]
    public void Evaluate_SkippingDamaged_MeasuresEachImageOnceAndNamesTheOthers()
    {
        here.SavePictures("pics", 6, seed: 1);
        here.SavePictures("whole", 6, seed: 1);
        File.WriteAllText(here["pics/even/x\ny.png"], "junk");
        File.CreateSymbolicLink(here["pics/odd/dangling.png"], "nowhere.png");
        string[] fid = ["evaluate", "fid", "{whole}", "{pics}", "--features", "pixels"];
        // One thread, for of two threads that fail either may be first.
        (int code, _, string error) = here.Run([.. fid, "--num-workers", "1"]);
        (code, error.Trim()).Should().Be(
            (1, $"{here["pics/even/x y.png"]} is not an image that can be read (PNG, JPEG, WebP, GIF, BMP, ICO or WBMP expected), or it is "
                + "damaged."));
        JsonObject measured = here.Json([.. fid, "--skip-damaged"]);
        ((double)measured["metrics"]![0]!["value"]!).Should().BeLessThan(1e-6, "the same six images are left");
        measured["data"]!["samples"]!["skipped"]!.AsArray().Should().HaveCount(2);
        (code, string output, error) = here.Run([.. fid, "--skip-damaged"]);
        code.Should().Be(0);
        error.Trim().Should().StartWith("Warning: The Fréchet distance needs more samples than features").And.NotContain("\n");
        output.Should().Contain("Skipped 2 images: ").And.Contain("x y.png is not an image").And.Contain("dangling.png cannot be read");
    }

    [Fact]
    public void Train_SixteenBitImages_SaysWhatHappens()
    {
        Directory.CreateDirectory(here["pics"]);
        // 8×8, 16 bits, gray: zeros.
        byte[] png = Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAIEAAAAACx9D0UAAAADElEQVR42mNgGBwAAACIAAF0uDlnAAAAAElFTkSuQmCC");
        foreach (string name in new[] { "a", "b" }) File.WriteAllBytes(here[$"pics/{name}.png"], png);
        (int code, string output, string error) =
            here.Run(["train", "--data", "{pics}", "--grayscale", "--out", "{run}", "--steps", "1", .. Small]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain($"2 images of {here["pics"]} have 16 bits a channel, of which the upper 8 are read");
    }

    [Fact]
    public void TrainAndEvaluate_TransparentImages_SayWhatStandsBehindThem()
    {
        Directory.CreateDirectory(here["pics"]);
        // 8×8, gray and opacity: zeros, so all of it is transparent.
        byte[] png = Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAQAAABuBnYAAAAADElEQVR42mNgGBwAAACIAAF0uDlnAAAAAElFTkSuQmCC");
        foreach (string name in new[] { "a", "b" }) File.WriteAllBytes(here[$"pics/{name}.png"], png);
        string[] train = ["train", "--data", "{pics}", "--grayscale", .. Small];
        (int code, string output, string error) = here.Run([.. train, "--steps", "1", "--out", "{run}"]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain("Transparent pixels in 2 of 2 images looked at: they show the colour that the file hides beneath; "
            + "--background white draws them over white");
        here.Run([.. train, "--steps", "1", "--out", "{white}", "--background", "white"]).Output.Should().Contain(
            "Transparent pixels in 2 of 2 images looked at: drawn over white");
        (code, _, error) = here.Run([.. train, "--steps", "2", "--out", "{white}"]);
        (code, error).Should().Match<(int, string)>(
            found => found.Item1 == 1 && found.Item2.Contains("transparent pixels over #ffffff"), "the data differ");
        JsonObject measured = here.Json(
            "evaluate", "kid", "{pics}", "{pics}", "--features", "pixels", "--grayscale", "--background", "102030");
        ((int)measured["data"]!["samples"]!["transparent"]!).Should().Be(2);
    }

    [Theory]
    [InlineData("purple")]
    [InlineData("#12345")]
    [InlineData("12345g")]
    [InlineData("+12345")]
    public void Train_BackgroundThatIsNoColour_IsRefused(string colour) => AssertRefused(
        2,
        $"--background must be white, black, gray or six hexadecimal digits as ffd700, but is {colour}.",
        "train", "--data", "{pics}", "--background", colour);

    private void AssertRefused(int code, string message, params string[] arguments)
    {
        (int found, _, string error) = here.Run(arguments);
        (found, error.Trim()).Should().Be((code, message));
    }
}
