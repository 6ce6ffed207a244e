namespace Ddpm.Inference.Tests.Folders;

/// <summary>Variants of weights, and float64.</summary>
public sealed class WeightFilesTests : IDisposable
{
    private const string Name = "unet/diffusion_pytorch_model";
    private readonly ModelFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Open_Variants_AreChosenByName()
    {
        Write($"{Name}.safetensors", 1);
        Write($"{Name}.fp16.safetensors", 2);
        Write($"{Name}.non_ema.safetensors", 3);
        foreach ((string? variant, float first) in (ReadOnlySpan<(string?, float)>)[(null, 1), ("fp16", 2), ("non_ema", 3)])
        {
            using ModelWeights weights = Open(variant);
            weights.Read("x")[0].Should().Be(first);
        }

        FluentActions.Invoking(() => Open("bf16")).Should().Throw<FileNotFoundException>().WithMessage(
            "*unet has no diffusion_pytorch_model.bf16.safetensors, but diffusion_pytorch_model.fp16.safetensors, "
            + "diffusion_pytorch_model.non_ema.safetensors, diffusion_pytorch_model.safetensors.");
    }

    [Fact]
    public void Open_VariantsOnly_MustBeChosenUnlessThereIsOnlyHalfPrecision()
    {
        Write($"{Name}.fp16.safetensors", 2);
        using (ModelWeights weights = Open()) weights.FilePath.Should().EndWith("diffusion_pytorch_model.fp16.safetensors");
        Write($"{Name}.non_ema.safetensors", 3);
        FluentActions.Invoking(() => Open()).Should().Throw<FileNotFoundException>().WithMessage(
            "*unet has no diffusion_pytorch_model.safetensors, but the variants fp16, non_ema: give one of them as LoadOptions.Variant.");
        File.Delete(files[$"{Name}.fp16.safetensors"]);
        FluentActions.Invoking(() => Open()).Should().Throw<FileNotFoundException>().WithMessage("*but the variants non_ema: give*");
    }

    [Theory]
    [InlineData("diffusion_pytorch_model.fp16.safetensors.index.json")]
    [InlineData("diffusion_pytorch_model.safetensors.index.fp16.json")]
    [InlineData("diffusion_pytorch_model.safetensors.fp16.index.json")]
    public void Open_ShardsOfAVariant_AreFoundUnderEveryNameOfTheIndex(string index)
    {
        Write($"{Name}.fp16-00001-of-00001.safetensors", 4);
        files.Write($"unet/{index}", [.. """{"weight_map": {"x": "diffusion_pytorch_model.fp16-00001-of-00001.safetensors"}}"""u8]);
        foreach (string? variant in (string?[])[null, "fp16"])
        {
            using ModelWeights weights = Open(variant);
            (weights.Read("x")[0], Path.GetFileName(weights.FilePath)).Should().Be((4, index));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("fp 16")]
    [InlineData("a.b")]
    public void Open_NoNameOfAVariant_IsRefused(string variant) =>
        FluentActions.Invoking(() => Open(variant)).Should().Throw<ArgumentException>()
            .WithMessage($"LoadOptions.Variant must be letters, digits, _ and -, such as fp16, but is \"{variant}\".*");

    [Fact]
    public void Open_PickleOfAVariant_SaysHowToConvertIt()
    {
        files.Write($"{Name}.fp16.bin", [1]);
        FluentActions.Invoking(() => Open("fp16")).Should().Throw<FileNotFoundException>().WithMessage("*fp16.bin is a pickle*python -c*");
    }

    [Fact]
    public void RequireRange_Float64_IsRoundedAndRefusedBeyondFloat32()
    {
        WriteDoubles(0.1, 1e-300, double.NaN);
        using (ModelWeights weights = Open())
        {
            weights.Match([("x", [3])]).IsComplete.Should().BeTrue();
            weights.RequireRange();
            weights.Read("x").ToArray().Should().Equal(0.1f, 0, float.NaN);
        }

        WriteDoubles(0.1, -1e39, 0);
        using ModelWeights large = Open();
        large.Invoking(weights => weights.RequireRange()).Should().Throw<InvalidDataException>()
            .WithMessage("*.safetensors: x must hold numbers within float32's range, but has -1E+39.");
    }

    private void WriteDoubles(params double[] numbers)
    {
        byte[] bytes = [.. numbers.SelectMany(BitConverter.GetBytes)];
        Write($"{Name}.safetensors", SafetensorsContent.FromBytes("x", SafetensorsType.F64, [numbers.Length], bytes));
    }

    private void Write(string file, float number) => Write(file, SafetensorsContent.FromFloats("x", [1], new[] { number }));

    private void Write(string file, SafetensorsContent tensor)
    {
        using var stream = new MemoryStream();
        SafetensorsEncoder.Write(stream, [tensor]);
        files.Write(file, stream.ToArray());
    }

    private ModelWeights Open(string? variant = null) => ModelWeights.Open(files.Folder, ModelFiles.Model.Network, null, variant);
}
