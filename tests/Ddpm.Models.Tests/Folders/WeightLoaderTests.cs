using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Folders;

/// <summary>Weights from memory, variants and float64 on tensors.</summary>
public sealed class WeightLoaderTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-weights-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Load_WholeSet_CopiesEveryWeight(ScalarType type)
    {
        using UNet source = new(SmallNetwork.Options, 1), target = new(SmallNetwork.Options, 2);
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = source.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to(type));
        LoadReport report = WeightLoader.Load(target, weights);
        report.IsComplete.Should().BeTrue();
        (report.Widened, report.Narrowed, report.WeightsFile).Should().Be((
            type is ScalarType.Float16 or ScalarType.BFloat16 ? weights.Count : 0, type == ScalarType.Float64 ? weights.Count : 0, null));
        foreach ((string name, Tensor value) in target.state_dict()) value.Equals(weights[name].to(float32)).Should().BeTrue(name);
    }

    [Fact]
    public void Load_TransposedViewsAndOlderNames_AreRead()
    {
        using UNet source = new(SmallNetwork.Options, 1), target = new(SmallNetwork.Options, 2);
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = source.state_dict().ToDictionary(
            pair => pair.Key.Replace(".to_q.", ".query.", StringComparison.Ordinal),
            pair => pair.Value.dim() == 2 ? pair.Value.t().contiguous().t() : pair.Value);
        WeightLoader.Load(target, weights).Renamed.Should().BePositive();
        foreach ((string name, Tensor value) in source.state_dict()) value.Equals(target.state_dict()[name]).Should().BeTrue(name);
    }

    [Fact]
    public void Load_WhatDoesNotFit_IsNamedAndChangesNothing()
    {
        using UNet source = new(SmallNetwork.Options, 1), target = new(SmallNetwork.Options, 2);
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> before = target.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        Dictionary<string, Tensor> weights = new(source.state_dict()) { ["conv_out.bias"] = zeros(7), ["extra"] = zeros(2) };
        weights.Remove("conv_in.bias");
        FluentActions.Invoking(() => WeightLoader.Load(target, weights)).Should().Throw<InvalidDataException>().WithMessage(
            "The set of weights does not fit the network. Missing: conv_in.bias. Unexpected: extra. "
            + "Of another shape or type: conv_out.bias (expected F32 [1], found F32 [7]).");
        weights = new(source.state_dict()) { ["conv_out.bias"] = tensor(new[] { 1e39 }) };
        FluentActions.Invoking(() => WeightLoader.Load(target, weights)).Should().Throw<InvalidDataException>()
            .WithMessage("*conv_out.bias must hold numbers within float32's range, but has 1E+39.");
        weights["conv_out.bias"] = tensor(new[] { 1L });
        FluentActions.Invoking(() => WeightLoader.Load(target, weights)).Should().Throw<InvalidDataException>()
            .WithMessage("*conv_out.bias (expected F32 [1], found I64 [1]).");
        weights["conv_out.bias"] = zeros(1, complex64);
        FluentActions.Invoking(() => WeightLoader.Load(target, weights)).Should().Throw<ArgumentException>()
            .WithMessage("weights must have an element type of safetensors, but conv_out.bias is ComplexFloat32.");
        weights["conv_out.bias"] = null!;
        FluentActions.Invoking(() => WeightLoader.Load(target, weights)).Should().Throw<ArgumentException>()
            .WithMessage("weights must be tensors, but conv_out.bias is null.");
        FluentActions.Invoking(() => WeightLoader.Load(target, weights, new LoadOptions { Variant = "fp16" })).Should()
            .Throw<ArgumentException>().WithMessage("Variant must be null for weights from memory: it belongs to folders.*");
        foreach ((string name, Tensor value) in target.state_dict()) value.Equals(before[name]).Should().BeTrue(name);
    }

    [Fact]
    public void Load_NotStrictOrPrefixed_TakesWhatFitsAndReportsTheRest()
    {
        using UNet source = new(SmallNetwork.Options, 1), target = new(SmallNetwork.Options, 2);
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = source.state_dict().ToDictionary(pair => "ema." + pair.Key, pair => pair.Value);
        weights.Remove("ema.conv_in.bias");
        var options = new LoadOptions { Strict = false, WeightPrefix = "ema." };
        LoadReport report = WeightLoader.Load(target, [.. weights, KeyValuePair.Create("step", zeros(1))], options);
        (report.Missing.Single(), report.LeftOut.Single()).Should().Be(("conv_in.bias", "step"));
        target.state_dict()["conv_in.weight"].Equals(source.state_dict()["conv_in.weight"]).Should().BeTrue();
    }

    [Fact]
    public void LoadFolder_VariantsAndFloat64_AreChosenAndReported()
    {
        using UNet plain = new(SmallNetwork.Options, 1), other = new(SmallNetwork.Options, 2);
        ModelFolder.Save(folder.FullName, plain, new ReverseDiffusion(new LinearSchedule()));
        string path = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors");
        using var scope = NewDisposeScope();
        string variant = path.Replace(".safetensors", ".non_ema.safetensors", StringComparison.Ordinal);
        SafetensorsWriter.Write(variant, other.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to(float64)));

        using (TrainedModel model = ModelFolder.Load(folder.FullName))
        {
            (model.Report.WeightsFile, model.Report.Narrowed, model.Report.Scheduler).Should().Be((path, 0, "DDPMScheduler"));
        }

        using TrainedModel chosen = ModelFolder.Load(folder.FullName, new LoadOptions { Variant = "non_ema" });
        (chosen.Report.WeightsFile, chosen.Report.Narrowed).Should().Be((variant, other.state_dict().Count));
        foreach ((string name, Tensor value) in other.state_dict()) value.Equals(chosen.Network.state_dict()[name]).Should().BeTrue(name);
    }
}
