using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Networks;

/// <summary>A network starts from one that was trained on other data.</summary>
public sealed class UNetTransferTests
{
    private static readonly UNetOptions Gray = SmallNetwork.Options with { Dropout = 0 };

    [Fact]
    public void InitializeFrom_SameShape_PredictsTheSame()
    {
        using var source = new UNet(Gray, 1);
        using var target = new UNet(Gray with { Dropout = 0.3 }, 2);
        TransferReport report = target.InitializeFrom(source);
        report.ParametersTaken.Should().Be(UNet.CountParameters(Gray));
        (report.Adapted.Length, report.Kept.Length, report.Unused.Length).Should().Be((0, 0, 0));
        report.ToString().Should().MatchRegex(@"^[\d,]+ of [\d,]+ parameters taken$");
        Same(target, source, [1, 8, 8]);
    }

    [Fact]
    public void InitializeFrom_OtherSize_TheSameLevelsAttendAndThePredictionIsTheSame()
    {
        using var source = new UNet(Gray, 1);
        UNetOptions larger = Gray.WithData(16, 24, 1);
        larger.AttentionResolutions.Should().Equal(8);
        using var target = new UNet(larger, 2);
        target.InitializeFrom(source).Kept.Should().BeEmpty();
        Same(target, source, [1, 16, 24]);
    }

    [Theory]
    [InlineData(1)] // fixed variance
    [InlineData(2)] // learned variance
    public void InitializeFrom_GrayToColour_PredictsForGrayPicturesWhatTheGrayNetworkDid(int outputs)
    {
        using var source = new UNet(Gray with { OutChannels = outputs }, 1);
        Randomize(source);
        using var target = new UNet(source.Options.WithData(8, 8, 3), 2);
        TransferReport report = target.InitializeFrom(source);
        report.Adapted.Should().Equal(
            "conv_in.weight: 1 channel spread over 3",
            "conv_out.weight: 1 channel spread over 3",
            "conv_out.bias: 1 channel spread over 3");
        using var scope = NewDisposeScope();
        Tensor x = randn([2, 1, 8, 8]), t = tensor(new long[] { 3, 700 });
        Tensor expected = Predict(source, x, t).reshape(2, outputs, 1, 8, 8).expand(2, outputs, 3, 8, 8).reshape(2, outputs * 3, 8, 8);
        Predict(target, x.expand(2, 3, 8, 8).contiguous(), t).allclose(expected, 1e-4, 1e-5).Should().BeTrue();
    }

    [Fact]
    public void InitializeFrom_ColourToGray_KeepsTheMean()
    {
        using var source = new UNet(Gray.WithData(8, 8, 3), 1);
        Randomize(source);
        using var target = new UNet(Gray, 2);
        target.InitializeFrom(source);
        using var scope = NewDisposeScope();
        Tensor x = randn([2, 1, 8, 8]), t = tensor(new long[] { 3, 700 });
        Tensor expected = Predict(source, x.expand(2, 3, 8, 8).contiguous(), t).mean([1], keepdim: true);
        Predict(target, x, t).allclose(expected, 1e-4, 1e-5).Should().BeTrue();
    }

    [Fact]
    public void InitializeFrom_ClassesByName_KeepWhatTheyWereTaught()
    {
        using var source = new UNet(Gray.WithData(8, 8, 1, classNames: ["shirt", "coat", "bag"]), 1);
        using var target = new UNet(Gray.WithData(8, 8, 1, classNames: ["bag", "hat", "shirt"]), 2);
        using Tensor hat = Classes(target)[1].clone();
        TransferReport report = target.InitializeFrom(source);
        report.Adapted.Should().Equal("class_embedding.weight: 2 of 3 classes by name, and no class");
        Tensor from = Classes(source), to = Classes(target);
        Equal(to[0], from[2]);
        Equal(to[1], hat);
        Equal(to[2], from[0]);
        Equal(to[3], from[3]);

        using var numbered = new UNet(Gray.WithData(8, 8, 1, classes: 3), 3);
        numbered.InitializeFrom(source).Taken.Should().Contain("class_embedding.weight", "as many classes, known by number");
        using var more = new UNet(Gray.WithData(8, 8, 1, classes: 5), 3);
        more.InitializeFrom(source).Adapted.Should().Equal("class_embedding.weight: 0 of 5 classes by name, and no class");
        using var none = new UNet(Gray, 3);
        none.InitializeFrom(source).Unused.Should().Equal("class_embedding.weight");
        using var from0 = new UNet(Gray.WithData(8, 8, 1, classes: 3), 3);
        from0.InitializeFrom(none).Kept.Should().Equal("class_embedding.weight");
    }

    [Theory]
    [InlineData("BaseChannels")]
    [InlineData("OutChannels")]
    [InlineData("AttentionResolutions")]
    [InlineData("NormEpsilon")]
    public void InitializeFrom_OtherLayers_IsRefusedAndNothingChanges(string difference)
    {
        using var source = new UNet(Gray, 1);
        using var target = new UNet(difference switch
        {
            "BaseChannels" => Gray with { BaseChannels = 16 },
            "OutChannels" => Gray with { OutChannels = 2 },
            "AttentionResolutions" => Gray with { AttentionResolutions = [8] },
            _ => Gray with { NormEpsilon = 1e-5 },
        }, 2);
        using Tensor before = target.state_dict()["conv_in.weight"].clone();
        string named = difference == "NormEpsilon" ? "its layers" : difference;
        FluentActions.Invoking(() => target.InitializeFrom(source)).Should().Throw<ArgumentException>()
            .WithMessage($"source must be a network of the same layers: *They differ in {named}*");
        Equal(target.state_dict()["conv_in.weight"], before);
    }

    // The last layer starts at 0.
    private static void Randomize(UNet network)
    {
        using var noGradient = no_grad();
        network.state_dict()["conv_out.weight"].normal_();
        network.state_dict()["conv_out.bias"].normal_();
    }

    private static void Same(UNet one, UNet other, long[] shape)
    {
        using var scope = NewDisposeScope();
        Randomize(other);
        one.InitializeFrom(other);
        Tensor x = randn([2, .. shape]), t = tensor(new long[] { 3, 700 });
        Equal(Predict(one, x, t), Predict(other, x, t));
    }

    private static Tensor Predict(UNet network, Tensor x, Tensor t)
    {
        network.eval();
        using var noGradient = no_grad();
        return network.Predict(x, t);
    }

    private static Tensor Classes(UNet network) => network.state_dict()["class_embedding.weight"];

    private static void Equal(Tensor one, Tensor other) => one.equal(other).all().item<bool>().Should().BeTrue();
}
