using Ddpm.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Networks;

public sealed class UNetVariantTests
{
    private static readonly UNetOptions Small = new()
    {
        Height = 16,
        Width = 16,
        InChannels = 2,
        OutChannels = 2,
        BaseChannels = 16,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [8],
        NormGroups = 4,
        Dropout = 0,
    };

    [Fact]
    public void Forward_Signal_IsTheImageNetworkOnOneRow()
    {
        // With the weights of a signal's network in the middle row of 3×3 kernels, an image network treats each row of an image by itself,
        // as far as its other rows are not reached: on images of height 1 that would be all, which up- and down-sampling do not allow,
        // so that one level without either is compared.
        UNetOptions one = Small with { ChannelMultipliers = [1], AttentionResolutions = [] };
        using UNet signals = new(one with { IsSignal = true }, 1), images = new(one with { Height = 1 }, 2);
        Loud(signals);
        using (no_grad())
        {
            foreach ((string key, Tensor target) in images.state_dict())
            {
                Tensor source = signals.state_dict()[key];
                if (target.dim() == 4 && target.size(2) == 3)
                {
                    target.zero_();
                    target.select(2, 1).copy_(source);
                }
                else
                {
                    target.copy_(source.reshape(target.shape));
                }
            }
        }

        using Tensor x = randn(3, 2, 16, dtype: float32, generator: new Generator(1)), t = tensor(new long[] { 0, 7, 900 });
        using Tensor line = signals.Predict(x, t), plane = images.Predict(x.unsqueeze(2), t);
        line.shape.Should().Equal(3, 2, 16);
        line.sub(plane.squeeze(2)).abs().max().item<float>().Should().BeLessThan(1e-5f * Math.Max(1, line.abs().max().item<float>()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Forward_SignalOfTwoLevels_KeepsItsLength(int padding)
    {
        using var network = new UNet(Small with { IsSignal = true, DownsamplePadding = padding, TimeScaleShift = true }, 1);
        Loud(network);
        using Tensor x = randn(2, 2, 48, generator: new Generator(2)), t = zeros(2, int64);
        using Tensor output = network.Predict(x, t);
        output.shape.Should().Equal(2, 2, 48);
        using Tensor shifted = network.Predict(x.roll(2, 2), t);
        // Convolutions and down-sampling by 2 commute with a shift by 2, but for the ends: the middle has moved along. Attention sees all.
        output.sub(shifted).abs().max().item<float>().Should().BeGreaterThan(1e-3f);
        using Tensor odd = randn(2, 2, 15, generator: new Generator(3)), image = randn(2, 2, 16, 16, generator: new Generator(4));
        FluentActions.Invoking(() => network.Predict(odd, t)).Should().Throw<ArgumentException>()
            .WithMessage("x must have a length that is a multiple of 2*[2, 2, 15]*");
        FluentActions.Invoking(() => network.Predict(image, t)).Should().Throw<ArgumentException>()
            .WithMessage("x must have the shape [B, 2, L], but has [2, 2, 16, 16]*");
    }

    [Fact]
    public void Predict_Labels_ChangeTheOutputAndNoneIsTheNullLabel()
    {
        using var network = new UNet(Small with { ClassCount = 3 }, 1);
        Loud(network);
        network.state_dict()["class_embedding.weight"].shape.Should().Equal(4, 64);
        using Tensor x = randn(2, 2, 16, 16, generator: new Generator(5)), t = zeros(2, int64), first = tensor(new long[] { 0, 0 }),
            mixed = tensor(new long[] { 2, -1 });
        using Tensor none = network.Predict(x, t), zero = network.Predict(x, t, first), both = network.Predict(x, t, mixed),
            two = new LabelledModel(network, 2).Predict(x, t);

        zero.sub(none).abs().max().item<float>().Should().BeGreaterThan(1e-3f);
        float rounding = 1e-5f * Math.Max(1, none.abs().max().item<float>());
        both[1].sub(none[1]).abs().max().item<float>().Should().BeLessThan(rounding, "-1 is no label");
        both[0].sub(two[0]).abs().max().item<float>().Should().BeLessThan(rounding);
        network.forward(x, t).Equals(none).Should().BeTrue();
    }

    [Fact]
    public void Predict_BadLabels_AreNamed()
    {
        using UNet plain = new(Small), conditional = new(Small with { ClassCount = 3 }),
            without = new(Small with { ClassCount = 3, NullLabel = false });
        using Tensor x = randn(2, 2, 16, 16, generator: new Generator(6)), t = zeros(2, int64), good = tensor(new long[] { 0, 2 }),
            large = tensor(new long[] { 0, 3 }), negative = tensor(new long[] { -1, 0 }), one = tensor(new long[] { 1 });

        FluentActions.Invoking(() => plain.Predict(x, t, good)).Should().Throw<ArgumentException>()
            .WithMessage("labels must be null*ClassCount is 0*");
        FluentActions.Invoking(() => conditional.Predict(x, t, large)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("labels must be -1 … 2, -1 for none, but reach from 0 to 3*");
        FluentActions.Invoking(() => conditional.Predict(x, t, one)).Should().Throw<ArgumentException>()
            .WithMessage("labels must be int64 [2], one for each example, but are Int64 [1]*");
        FluentActions.Invoking(() => without.Predict(x, t, negative)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("labels must be 0 … 2, but reach from -1 to 0*");
        FluentActions.Invoking(() => without.Predict(x, t)).Should().Throw<ArgumentException>()
            .WithMessage("labels must be given*NullLabel is false*");
        FluentActions.Invoking(() => new LabelledModel(conditional, 3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("label must be a class 0 … 2 of the network, but is 3*");
        FluentActions.Invoking(() => new UNet(Small with { ClassCount = 0 })).Should().Throw<ArgumentException>()
            .WithMessage("UNetOptions.ClassCount must be null or ≥ 1, but is 0*");
    }

    public static TheoryData<string> Variants =>
        ["plain", "signal", "classes", "learned variance", "mnist", "scale and shift", "heads", "padding 1, cosine first, centred"];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Backward_EveryVariant_ReachesEveryParameter(string name)
    {
        UNetOptions options = name switch
        {
            "signal" => Small with { IsSignal = true },
            "classes" => Small with { ClassCount = 2 },
            "learned variance" => Small with { OutChannels = 4 },
            "mnist" => UNetOptions.Mnist28 with { BaseChannels = 32, Dropout = 0 },
            "scale and shift" => Small with { TimeScaleShift = true },
            "heads" => Small with { AttentionHeadChannels = 8, MidBlockScale = 1.4 },
            "padding 1, cosine first, centred" =>
                Small with { DownsamplePadding = 1, CosineFirst = true, FrequencyShift = 0, CenterInput = true, NormEpsilon = 1e-5 },
            _ => Small,
        };
        using var network = new UNet(options, 1);
        Loud(network);
        long[] shape = options.IsSignal ? [3, options.InChannels, options.Height] : [3, options.InChannels, options.Height, options.Width];
        using Tensor x = randn(shape, generator: new Generator(7)), t = tensor(new long[] { 0, 7, 900 }),
            labels = tensor(new long[] { 0, 1, -1 });
        using Tensor output = network.Predict(x, t, options.ClassCount is null ? null : labels);
        output.square().sum().backward();

        foreach ((string key, var parameter) in network.named_parameters())
        {
            // A bias of the keys changes nothing: softmax ignores what all keys share.
            if (key.EndsWith("to_k.bias", StringComparison.Ordinal)) continue;
            parameter.grad.Should().NotBeNull(key);
            parameter.grad!.abs().max().item<float>().Should().BeGreaterThan(0, key);
        }
    }

    [Fact]
    public void Predict_DoublePrecisionNetwork_Works()
    {
        using UNet single = new(Small, 1), exact = new(Small, 1);
        Loud(single);
        Loud(exact);
        exact.to(float64);
        using Tensor x = randn(2, 2, 16, 16, dtype: float64, generator: new Generator(8)), t = tensor(new long[] { 3, 800 });
        using Tensor rough = single.Predict(x.to(float32), t), output = exact.Predict(x, t);
        output.dtype.Should().Be(float64);
        output.sub(rough.to(float64)).abs().max().item<double>().Should().BeLessThan(1e-4 * Math.Max(1, output.abs().max().item<double>()));
    }

    [Fact]
    public void Predict_RescaledTime_TakesFloatingPointTimesteps()
    {
        using var network = new UNet(Small, 1);
        Loud(network);
        using Tensor x = randn(2, 2, 16, 16, generator: new Generator(9)), t = tensor(new long[] { 3, 40 }),
            scaled = tensor(new long[] { 60, 800 });
        using Tensor wrapped = new RescaledTimeModel(network, 50).Predict(x, t), direct = network.Predict(x, scaled);
        wrapped.sub(direct).abs().max().item<float>().Should().BeLessThan(1e-5f * Math.Max(1, direct.abs().max().item<float>()));
    }

    // The last layers begin as almost nothing, and would hide every difference.
    private static void Loud(UNet network)
    {
        using var noGradient = no_grad();
        foreach ((string key, Tensor value) in network.state_dict())
        {
            if (key.Contains("conv2.weight", StringComparison.Ordinal) || key.StartsWith("conv_out.weight", StringComparison.Ordinal)
                || key.Contains("to_out", StringComparison.Ordinal))
            {
                value.mul_(1e5);
            }
        }
    }
}
