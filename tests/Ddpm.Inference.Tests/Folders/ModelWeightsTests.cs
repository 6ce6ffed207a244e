namespace Ddpm.Inference.Tests.Folders;

public sealed class ModelWeightsTests : IDisposable
{
    private static readonly (string Name, long[] Shape)[] Expected =
        [("conv_in.weight", [2, 1, 3, 3]), ("mid_block.attentions.0.to_q.weight", [2, 2]), ("conv_out.bias", [1])];
    private readonly ModelFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Read_OlderNamesAndHalfPrecision_GivesFloatsUnderTodaysNames()
    {
        byte[] half = [.. Enumerable.Range(0, 4).SelectMany(i => BitConverter.GetBytes((Half)i))];
        SafetensorsContent query = SafetensorsContent.FromBytes("mid.attn_1.q.weight", SafetensorsType.F16, [2, 2, 1, 1], half);
        Write([Floats("conv_in.weight", 2, 1, 3, 3), query, Floats("conv_out.bias", 1)]);
        using ModelWeights weights = Open();

        weights.Names.Should().BeEquivalentTo(Expected.Select(weight => weight.Name));
        weights.Renamed.Should().Be(1);
        weights.Read("mid_block.attentions.0.to_q.weight").ToArray().Should().Equal(0, 1, 2, 3);
        weights.Read("conv_in.weight").ToArray().Should().Equal(Enumerable.Range(0, 18).Select(i => (float)i));
        WeightMatch match = weights.Match(Expected);
        match.Fitting.Should().Equal(Expected.Select(weight => weight.Name));
        FluentActions.Invoking(() => match.RequireComplete("x", weights.Prefixes)).Should().NotThrow();
        FluentActions.Invoking(() => weights.Read("none")).Should().Throw<KeyNotFoundException>().WithMessage("*no weight none*");
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    [InlineData("ema_model.")]
    public void Open_PrefixedNames_AreNamedInOneLineAndLoadWithThePrefix(string prefix)
    {
        Write([.. Expected.Select(weight => Floats(prefix + weight.Name, weight.Shape)), Floats("step", 1)]);
        using (ModelWeights weights = Open())
        {
            weights.Prefixes.Should().Equal(prefix);
            WeightMatch match = weights.Match(Expected);
            FluentActions.Invoking(() => match.RequireComplete(weights.FilePath, weights.Prefixes)).Should().Throw<InvalidDataException>()
                .WithMessage($"*model.safetensors has the network's weights under names that begin with \"{prefix}\": give it as *");
        }

        using ModelWeights chosen = Open(prefix);
        chosen.LeftOut.Should().Equal("step");
        chosen.Match(Expected).RequireComplete(chosen.FilePath, chosen.Prefixes);
        FluentActions.Invoking(() => Open("other.")).Should().Throw<InvalidDataException>().WithMessage(
            "*must have weights whose names begin with other., but has none.");
    }

    [Fact]
    public void RequireComplete_ManyNames_AreCut()
    {
        Write([.. Enumerable.Range(0, 100).Select(i => Floats($"layer{i:D3}", 1)), Floats("conv_in.weight", 2, 1, 5, 5)]);
        using ModelWeights weights = Open();
        WeightMatch match = weights.Match(Expected);
        Action require = () => match.RequireComplete("x", weights.Prefixes);
        string message = require.Should().Throw<InvalidDataException>().Which.Message;
        message.Should().Match("x does not fit the network. Missing: mid_block.attentions.0.to_q.weight, conv_out.bias. "
            + "Unexpected: layer000, *layer007 and 92 more. "
            + "Of another shape or type: conv_in.weight (expected F32 [2, 1, 3, 3], found F32 [2, 1, 5, 5]).");
        message.Length.Should().BeLessThan(500);
    }

    [Fact]
    public void RequireProportion_NetworkFarBeyondTheFile_IsRefused()
    {
        Write([Floats("conv_in.weight", 2, 1, 3, 3)]);
        using ModelWeights weights = Open();
        weights.Match([("conv_in.weight", [2, 1, 3, 3]), ("huge", [1 << 30, 1 << 30])]).Invoking(match => match.RequireProportion("x"))
            .Should().Throw<InvalidDataException>().WithMessage(
                "x holds 18 numbers, but the network of the configuration has 1152921504606846976*do not belong together.");
        weights.Match(Expected).RequireProportion("x");
    }

    [Fact]
    public void Open_OtherNamesOrNone_AreListed()
    {
        FluentActions.Invoking(() => Open()).Should().Throw<FileNotFoundException>()
            .WithMessage("*unet has no diffusion_pytorch_model.safetensors.");
        files.Write("unet/model.safetensors", [1]);
        files.Write("unet/ema.pt", [1]);
        FluentActions.Invoking(() => Open()).Should().Throw<FileNotFoundException>().WithMessage(
            "*has no diffusion_pytorch_model.safetensors, but ema.pt, model.safetensors: weights must have that name*");
        files.Write(ModelFiles.Weights, [.. "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a"u8]);
        FluentActions.Invoking(() => Open()).Should().Throw<SafetensorsException>().WithMessage("*is a Git LFS pointer*");
    }

    private static SafetensorsContent Floats(string name, params long[] shape)
    {
        int count = (int)shape.Aggregate(1L, (product, length) => product * length);
        return SafetensorsContent.FromFloats(name, shape, Enumerable.Range(0, count).Select(i => (float)i).ToArray());
    }

    private void Write(SafetensorsContent[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsEncoder.Write(stream, tensors);
        files.Write(ModelFiles.Weights, stream.ToArray());
    }

    private ModelWeights Open(string? prefix = null) => ModelWeights.Open(files.Folder, ModelFiles.Model.Network, prefix);
}
