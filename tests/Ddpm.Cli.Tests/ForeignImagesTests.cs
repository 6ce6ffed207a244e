using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>Images in NumPy's archives, and sizes that are no squares.</summary>
public sealed class ForeignImagesTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--steps", "1", "--channels", "8", "--multipliers", "1,2", "--blocks", "1", "--schedule", "cosine",
        "--timesteps", "4", "--batch-size", "2", "--grid-every", "9",
    ];

    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Archive_OfSamples_IsMeasuredAndTrainedOnAsTheSamePictures()
    {
        here.SaveIdx("gray", 8, seed: 1);
        here.SaveIdx("other", 8, seed: 2);
        SaveNpz("gray.npz", seed: 1, labels: false);
        SaveNpz("other.npz", seed: 2, labels: true);
        foreach (string measure in (string[])["fid", "kid"])
        {
            JsonNode Metric(string a, string b) => here.Json("evaluate", measure, a, b, "--features", "pixels")["metrics"]![0]!["value"]!;
            ((double)Metric("{gray.npz}", "{other.npz}")).Should().Be((double)Metric("{gray}", "{other}"));
        }

        here.SaveModel();
        JsonNode Bound(string data) => here.Json("evaluate", "bpd", "{model}", data, "--steps", "2", "--count", "2")["metrics"]!;
        Bound("{gray.npz}").ToJsonString().Should().Be(Bound("{gray}").ToJsonString());
        here.Json(["train", "--data", "{other.npz}", "--conditional", "--out", "{run}", .. Small]);
        JsonNode network = here.Json("inspect", "{run/model}")["network"]!;
        ((string)network["size"]!, (int)network["classes"]!).Should().Be(("8×8", 2));
    }

    [Theory]
    [InlineData("train --data {gray.npz} --size 8", 2, "--size, --grayscale, --background and --skip-damaged go with a folder of images.")]
    [InlineData("train --data {gray.npz} --labels {gray}", 2, "--labels goes with an IDX file; the classes of a .npz file are its arr_1.")]
    [InlineData("train --data {gray.npz} {gray.npz}", 2, "--data must be one .npz file, but is {gray.npz}, {gray.npz}.")]
    [InlineData("evaluate fid {gray.npz} {gray.npz} --features pixels --grayscale", 2,
        "--size, --grayscale, --background and --skip-damaged go with folders of images, but {gray.npz} is a file.")]
    [InlineData("evaluate fid {gray.npz} {gray.npz} --features pixels --max-bytes 99", 1,
        "{gray.npz}: arr_0 states (8, 8, 8, 1), which is 512 bytes, but must state 1 … 99 (--max-bytes).")]
    [InlineData("evaluate fid {pics} {pics} --features pixels --size 8x", 2,
        "--size must be a whole number, or height x width as 48x64, but is 8x.")]
    [InlineData("evaluate fid {pics} {pics} --features pixels --size 8x8x8", 2,
        "--size must be a whole number, or height x width as 48x64, but is 8x8x8.")]
    [InlineData("evaluate fid {pics} {pics} --features pixels --size 8x0", 2, "--size must be at least 1, but is 0.")]
    [InlineData("evaluate fid {pics} {pics} --features pixels --size 8x99999", 2, "--size must be at most 65536, but is 99999.")]
    [InlineData("evaluate fid {pics} {pics} --features pixels --size 8x9 --max-pixels 70", 2,
        "--size must be of at most 70 pixels for the limit of --max-pixels, but is 8x9.")]
    [InlineData("train --data {pics} --size 8x9 --out {run} --multipliers 1,2", 2,
        "--size must be a multiple of 2, for --multipliers 1,2 has 2 levels, but is 8x9.")]
    public void Mistakes_AreOneLine(string command, int expected, string message)
    {
        SaveNpz("gray.npz", seed: 1, labels: false);
        here.SavePictures("pics", 2, seed: 1);
        (int code, _, string error) = here.Run(command.Split(' '));
        error.Trim().Should().Match(here.Place(message)).And.NotContain("\n");
        code.Should().Be(expected);
    }

    [Fact]
    public void Size_HeightAndWidth_BringsPicturesThere()
    {
        here.SavePictures("pics", 4, seed: 1);
        here.Json(["train", "--data", "{pics}", "--grayscale", "--size", "4x6", "--out", "{run}", .. Small]);
        ((string)here.Json("inspect", "{run/model}")["network"]!["size"]!).Should().Be("4×6");
        here.Json("sample", "{run/model}", "--out", "{samples}", "--count", "2", "--steps", "2");
        here.Json("evaluate", "fid", "{pics}", "{samples}", "--features", "pixels", "--grayscale", "--size", "4x6");
        (int code, _, string error) = here.Run("evaluate", "bpd", "{run/model}", "{pics}", "--steps", "2");
        (code, error.Trim()).Should().Be((2, here.Place(
            "{pics} has images [1, 8, 8], but {run/model} is a model of [1, 4, 6]; --size 4x6 brings them to its size.")));
        here.Json("evaluate", "bpd", "{run/model}", "{pics}", "--steps", "2", "--size", "4x6");
        File.WriteAllText(here["size.json"], """{ "size": "4×6", "steps": 2 }""");
        here.Json("evaluate", "bpd", "{run/model}", "{pics}", "--config", "{size.json}");
    }

    private void SaveNpz(string name, int seed, bool labels)
    {
        using Tensor images = Workplace.Images(8, seed);
        using ZipArchive archive = ZipFile.Open(here[name], ZipArchiveMode.Create);
        Add(archive, "arr_0", "|u1", "(8, 8, 8, 1)", images.flatten().data<byte>().ToArray());
        if (labels) Add(archive, "arr_1", "<i8", "(8,)", [.. Enumerable.Range(0, 8).SelectMany(k => BitConverter.GetBytes((long)(k % 2)))]);
    }

    private static void Add(ZipArchive archive, string name, string type, string shape, byte[] data)
    {
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        using Stream stream = archive.CreateEntry(name + ".npy").Open();
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.Latin1.GetBytes(header), .. data]);
    }
}
