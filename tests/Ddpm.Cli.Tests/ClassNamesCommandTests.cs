using System.Text.Json.Nodes;
using Ddpm.Cli.Output;
using Ddpm.Data;
using Ddpm.Imaging;

namespace Ddpm.Cli.Tests;

/// <summary>Names of classes on their way: from data into the run, its checkpoints, the model folder, samples, grids and ONNX.</summary>
public sealed class ClassNamesCommandTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--channels", "8", "--multipliers", "1,1,1", "--blocks", "1", "--schedule", "cosine", "--timesteps", "4",
        "--batch-size", "2", "--steps", "1", "--grid-every", "9", "--out", "{run}", "--conditional",
    ];

    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Names_OfAList_GoThroughCheckpointModelSamplesGridAndOnnx()
    {
        SaveIdx(0, 1, 2, 1);
        string[] names = ["T-shirt", "ankle boot", "bag"];
        (int code, string output, string error) = Train("--class-names", "T-shirt, ankle boot,bag");
        (code, error).Should().Be((0, ""));
        output.Should().Contain("Classes: T-shirt, ankle boot, bag");
        Names("{run/model}").Should().Equal(names);
        Names("{run/checkpoints/step-000000001}").Should().Equal(names);
        here.Run("export", "--checkpoint", "{run/checkpoints/step-000000001}", "--out", "{exported}").Code.Should().Be(0);
        Names("{exported}").Should().Equal(names);
        here.Run("convert", "{run/model}", "{half}", "--dtype", "float16").Code.Should().Be(0);
        Names("{half}").Should().Equal(names);
        here.Run("export", "--onnx", "{run/model}", "{model.onnx}").Code.Should().Be(0);
        File.ReadAllText(here["model.onnx"]).Should().Contain("class_names").And.Contain("ankle boot", "the metadata has them");
        File.ReadAllBytes(here["run/grids/grid-000000001.png"]).Length.Should().BeGreaterThan(1000);

        Labels("ankle_boot,t-shirt").Should().Be("1,0");
        (code, _, error) = here.Run("sample", "{run/model}", "--out", "{x}", "--label", "ankle");
        code.Should().Be(2);
        error.Trim().Should().Match(
            "--label must be all, or classes 0 … 2 of *, or one of *ankle boot*, with commas between, but has ankle.");
        (code, output, error) = here.Run("train", "--resume", "--out", "{run}", "--steps", "2");
        (code, error).Should().Be((0, ""));
        output.Should().Contain("Classes: T-shirt, ankle boot, bag");
    }

    [Fact]
    public void Names_OfAFileAKnownSetOrBesideTheLabels_AreTaken()
    {
        SaveIdx(0, 1, 1);
        Train("--class-names", "fashion-mnist").Output.Should().Contain("Classes: T-shirt/top, Trouser, Pullover");
        Names("{run/model}").Should().Equal(KnownClassNames.FashionMnist);
        Labels("trouser").Should().Be("1");

        Directory.Delete(here["run"], recursive: true);
        File.WriteAllText(here["my.txt"], "cat\ndog, large\n");
        Train("--class-names", here["my.txt"]).Code.Should().Be(0);
        Names("{run/model}").Should().Equal("cat", "dog, large");

        Directory.Delete(here["run"], recursive: true);
        File.WriteAllText(here["class-names.txt"], "eins\nzwei\n");
        Train().Output.Should().Contain("Classes: eins, zwei");
        Names("{run/model}").Should().Equal("eins", "zwei");

        Directory.Delete(here["run"], recursive: true);
        Train("--class-names", "one", "--class-names", "two, or three").Output.Should().Contain("Classes: one, two, or three");
        Names("{run/model}").Should().Equal("one", "two, or three");

        Directory.Delete(here["run"], recursive: true);
        File.WriteAllText(here["class-names.txt"], "eins\n");
        Refused(1, here.Place("{class-names.txt} must have 2 names, one for each class of the data, but has 1."));
        File.Delete(here["class-names.txt"]);
        Train().Output.Should().NotContain("Classes:");
        Names("{run/model}").Should().BeEmpty();
    }

    [Theory]
    [InlineData(
        "a,b",
        "must be a file, one of mnist, fashion-mnist, cifar-10, cifar-100, or 3 names with commas between, one for each class, but is "
            + "2 names.")]
    [InlineData("a,b,c,d", "must be a file, * but is 4 names.")]
    [InlineData("nmaes.txt", "must be a file, * but is nmaes.txt.")]
    [InlineData("a,,c", ": names must be different and printable, of 1 to 256 characters, but that of class 1 is blank.")]
    [InlineData("a,b,a", ": names must be different*that of class 2 is \"a\" again.")]
    [InlineData("a,b, ", ": names must be different*that of class 2 is blank.")]
    public void Names_ThatAreNotThoseOfTheClasses_AreRefused(string names, string message)
    {
        SaveIdx(0, 1, 2);
        (int code, _, string error) = Train("--class-names", names);
        code.Should().Be(2);
        error.Trim().Should().Match("--class-names" + (message[0] == ':' ? "" : " ") + message).And.NotContain("\n");
        Directory.Exists(here["run"]).Should().BeFalse();
    }

    [Fact]
    public void Names_WithoutClasses_AreRefused()
    {
        here.SaveIdx("images", 2, seed: 1);
        string[] train = ["train", "--data", "{images}", "--class-names", "a,b"];
        here.Run(train).Error.Trim().Should().Be("--class-names goes with --conditional: without it the network learns no classes.");
        here.Run([.. train, "--conditional"]).Error.Trim().Should().Be(
            "--class-names needs classes: subfolders, --labels, CIFAR or a .npz file with arr_1.");
    }

    [Fact]
    public void Names_OfSubfolders_AreReplacedInTheirOrder()
    {
        here.SavePictures("pics", 4, seed: 1);
        (int code, string output, string error) = here.Run(["train", "--data", "{pics}", "--class-names", "two,one", .. Small]);
        (code, error).Should().Be((0, ""));
        output.Should().Contain("Classes: two (even), one (odd)");
        Names("{run/model}").Should().Equal("two", "one");
    }

    [Theory]
    [InlineData(1, "batches.meta.txt", "{cifar}")]
    [InlineData(2, "fine_label_names.txt", "{cifar/data_batch_1.bin}")]
    public void Names_OfCifar_AreThoseOfItsOwnFile(int labelBytes, string file, string data)
    {
        Directory.CreateDirectory(here["cifar"]);
        var record = new byte[labelBytes + 3072];
        File.WriteAllBytes(here["cifar/data_batch_1.bin"], [.. record, .. record]);
        IReadOnlyList<string> names = labelBytes == 1 ? KnownClassNames.Cifar10 : KnownClassNames.Cifar100;
        File.WriteAllText(here[$"cifar/{file}"], string.Join('\n', names) + "\n\n");
        here.Run(["train", "--data", data, .. Small]).Error.Should().BeEmpty();
        Names("{run/model}").Should().Equal(names);
    }

    [Fact]
    public void Grid_OfClasses_HasARowForEachWithItsName()
    {
        DecodedImage[] images =
            [.. Enumerable.Range(0, 7).Select(k => new DecodedImage(1, 8, 8, Enumerable.Repeat((byte)(30 * k), 64).ToArray()))];
        ClassGrid.Save(here["grid.png"], images, ["cat", "dog"], first: 1);
        DecodedImage grid = ImageFile.Decode(here["grid.png"], new ImageLoadOptions { Grayscale = true });
        // Sample 1 is a dog: of 7 samples 4 are dogs, which stand below the cats.
        FirstColumn(grid).Should().Equal(30, 0);
        ClassGrid.Save(here["one.png"], images, ["cat"]);
        ImageFile.Decode(here["one.png"], new ImageLoadOptions()).Height.Should().BeGreaterThan(3 * 64 + 20, "the title is above");
        ClassGrid.Save(here["none.png"], images, []);
        ClassGrid.Save(here["many.png"], images, [.. Enumerable.Range(0, 17).Select(k => $"{k}")]);
        File.ReadAllBytes(here["many.png"]).Should().NotEqual(File.ReadAllBytes(here["one.png"]));
    }

    // The shades of the first images of the rows: the long runs of one value right of the titles.
    private static List<byte> FirstColumn(DecodedImage grid)
    {
        int left = Enumerable.Range(0, grid.Width).First(column => Rows(grid, column).Count == 2);
        return Rows(grid, left + 4);
    }

    private static List<byte> Rows(DecodedImage grid, int column)
    {
        ReadOnlySpan<byte> pixels = grid.Pixels.Span;
        var runs = new List<(byte Value, int Length)>();
        for (int row = 0; row < grid.Height; row++)
        {
            byte value = pixels[row * grid.Width + column];
            if (runs.Count > 0 && runs[^1].Value == value) runs[^1] = (value, runs[^1].Length + 1);
            else runs.Add((value, 1));
        }

        return [.. runs.Where(run => run.Value != byte.MaxValue && run.Length >= 60).Select(run => run.Value)];
    }

    private (int Code, string Output, string Error) Train(params string[] more) =>
        here.Run(["train", "--data", "{images}", "--labels", "{labels}", .. Small, .. more]);

    private void Refused(int code, string message)
    {
        (int found, _, string error) = Train();
        (found, error.Trim()).Should().Be((code, message));
    }

    private string[] Names(string path) =>
        here.Json("inspect", path)["network"]!["class_names"] is JsonArray names ? [.. names.Select(name => (string)name!)] : [];

    private string Labels(string label) =>
        (string)here.Json("sample", "{run/model}", "--out", $"{{{Guid.NewGuid():N}}}", "--steps", "2", "--count", "3", "--label", label)
            ["settings"]!["label"]!;

    private void SaveIdx(params byte[] labels)
    {
        here.SaveIdx("images", labels.Length, seed: 1);
        File.WriteAllBytes(here["labels"], [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels]);
    }
}
