using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Networks;

public sealed class UNetTests
{
    private static readonly UNetOptions Small = new()
    {
        Height = 16,
        Width = 16,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 16,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [8],
        NormGroups = 4,
    };

    [Fact]
    public void Constructor_OneSeed_GivesBitEqualNetworks()
    {
        using UNet first = new(Small, 5), second = new(Small, 5), other = new(Small, 6);
        foreach ((string key, Tensor value) in first.state_dict())
        {
            value.Equals(second.state_dict()[key]).Should().BeTrue(key);
            if (key.EndsWith("conv1.weight", StringComparison.Ordinal)) value.Equals(other.state_dict()[key]).Should().BeFalse(key);
        }
    }

    [Fact]
    public void Constructor_InsideADisposeScope_KeepsItsWeights()
    {
        UNet network;
        using (NewDisposeScope()) network = new UNet(Small);
        using Tensor x = randn(1, 1, 16, 16), t = zeros(1, int64);
        using Tensor output = network.Predict(x, t);
        output.shape.Should().Equal(1, 1, 16, 16);
        network.Dispose();
    }

    [Fact]
    public void Constructor_Initialisation_IsTheAuthors()
    {
        using var network = new UNet(UNetOptions.Cifar10);
        foreach ((string key, Tensor value) in network.state_dict())
        {
            double largest = value.abs().max().item<float>();
            bool norm = key.Contains("norm", StringComparison.Ordinal);
            if (key.EndsWith("bias", StringComparison.Ordinal)) largest.Should().Be(0, key);
            else if (norm) value.eq(1).all().item<bool>().Should().BeTrue(key);
            else
            {
                // Glorot: uniform up to √(6/(fan-in + fan-out)); the last layer of a branch and of the network 10⁻⁵ times that.
                bool last = key.Contains("conv2", StringComparison.Ordinal) || key.Contains("to_out", StringComparison.Ordinal)
                    || key.StartsWith("conv_out", StringComparison.Ordinal);
                long field = value.dim() == 4 ? value.size(2) * value.size(3) : 1;
                double limit = Math.Sqrt(6.0 / ((value.size(0) + value.size(1)) * field)) * (last ? 1e-5 : 1);
                largest.Should().BeInRange(0.98 * limit, 1.0001 * limit, key);
                value.to(float64).pow(2).mean().item<double>().Should().BeApproximately(limit * limit / 3, 0.05 * limit * limit, key);
            }
        }
    }

    [Theory]
    [InlineData(24, 16)]
    [InlineData(2, 64)]
    public void Forward_RectangularImage_KeepsItsShape(int height, int width)
    {
        using var network = new UNet(Small with { Height = height, Width = width, AttentionResolutions = [] });
        using Tensor x = randn(2, 1, height, width), t = zeros(2, int64);
        using Tensor output = network.Predict(x, t);
        output.shape.Should().Equal(2, 1, height, width);
    }

    [Fact]
    public void Forward_WrongInput_SaysWhichDivisibilityFails()
    {
        using var network = new UNet(Small);
        using Tensor odd = randn(1, 1, 15, 16), colour = randn(1, 3, 16, 16), good = randn(2, 1, 16, 16), t = zeros(1, int64);
        FluentActions.Invoking(() => network.Predict(odd, t)).Should().Throw<ArgumentException>()
            .WithMessage("*multiples of 2*[1, 1, 15, 16]*");
        FluentActions.Invoking(() => network.Predict(colour, t)).Should().Throw<ArgumentException>()
            .WithMessage("*[B, 1, H, W], but has [1, 3, 16, 16]*");
        FluentActions.Invoking(() => network.Predict(good, t)).Should().Throw<ArgumentException>()
            .WithMessage("t must have the shape [2]*");
    }

    [Fact]
    public void Constructor_BadOptions_NamesTheOption()
    {
        void Refused(UNetOptions options, string message) =>
            FluentActions.Invoking(() => new UNet(options)).Should().Throw<ArgumentException>().WithMessage(message);
        Refused(Small with { Height = 15 }, "UNetOptions.Height must be a positive multiple of 2*15*");
        Refused(Small with { NormGroups = 5 }, "UNetOptions.NormGroups must be a divisor of the 16 channels of level 0, but is 5*");
        Refused(Small with { AttentionResolutions = [7] },
            "UNetOptions.AttentionResolutions must be heights that the levels have (16, 8), but is 7*");
        Refused(Small with { ChannelMultipliers = [] }, "UNetOptions.ChannelMultipliers*");
        Refused(Small with { Dropout = 1 }, "UNetOptions.Dropout must be 0 ≤ p < 1, but is 1*");
        Refused(Small with { AttentionHeadChannels = 7 }, "UNetOptions.AttentionHeadChannels must be a divisor of the 32 channels*");
    }

    [Fact]
    public void Forward_Dropout_FollowsItsSeedInTrainingAndIsOffInEvaluation()
    {
        using var network = new UNet(Small with { Dropout = 0.5 }, 1);
        using var noGradient = no_grad();
        // The last layers begin as almost nothing; make dropout's effect visible.
        foreach ((string key, Tensor value) in network.state_dict())
        {
            if (key.Contains("conv2.weight", StringComparison.Ordinal) || key.StartsWith("conv_out.weight", StringComparison.Ordinal))
            {
                value.mul_(1e5);
            }
        }

        using Tensor x = randn(1, 1, 16, 16), t = zeros(1, int64);
        Tensor Run(long seed)
        {
            network.SeedStochasticLayers(seed);
            return network.Predict(x, t);
        }

        network.train();
        network.InTrainingMode.Should().BeTrue();
        using Tensor first = Run(1), again = Run(1), other = Run(2);
        first.Equals(again).Should().BeTrue();
        first.Equals(other).Should().BeFalse();
        network.eval();
        network.InTrainingMode.Should().BeFalse();
        using Tensor calm = Run(1), calmAgain = Run(2);
        calm.Equals(calmAgain).Should().BeTrue();
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(2, 3)]
    public void Forward_SomeExamplesOfABatch_HaveTheDropoutTheyHaveInIt(int first, int count)
    {
        using var network = new UNet(Small with { Dropout = 0.5 }, 1);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach ((string key, Tensor value) in network.state_dict())
        {
            if (key.Contains("conv2.weight", StringComparison.Ordinal) || key.StartsWith("conv_out.weight", StringComparison.Ordinal))
            {
                value.mul_(1e5);
            }
        }

        network.train();
        Tensor x = randn(5, 1, 16, 16, generator: new Generator(1)), t = zeros(5, int64);
        network.SeedStochasticLayers(7);
        Tensor whole = network.Predict(x, t);
        network.SeedStochasticLayers(7, first, 5);
        Tensor part = network.Predict(x.narrow(0, first, count), t.narrow(0, first, count));

        double scale = whole.abs().max().item<float>();
        part.sub(whole.narrow(0, first, count)).abs().max().item<float>().Should().BeLessThan((float)(1e-4 * scale));
        network.SeedStochasticLayers(7);
        network.Predict(x.narrow(0, first, count), t.narrow(0, first, count)).sub(part).abs().max().item<float>()
            .Should().BeGreaterThan((float)(1e-2 * scale), "a network by itself draws for what it sees");
        network.SeedStochasticLayers(7);
        network.Predict(x, t).Equals(whole).Should().BeTrue("a seed without a place is for the whole batch again");
    }

    [Fact]
    public void Predict_Repeated_LeavesNoTensor()
    {
        using var network = new UNet(Small);
        using Tensor x = randn(2, 1, 16, 16), t = zeros(2, int64);
        network.Predict(x, t).Dispose();
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++) network.Predict(x, t).Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Options_Equality_ComparesLists()
    {
        (Small with { ChannelMultipliers = [1, 2] }).Should().Be(Small);
        (Small with { ChannelMultipliers = [1, 3] }).Should().NotBe(Small);
        (Small with { Dropout = 0.3 }).Should().NotBe(Small);
    }
}
