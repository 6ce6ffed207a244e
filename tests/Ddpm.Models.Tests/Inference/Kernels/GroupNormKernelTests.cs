using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models.Tests.Inference.Kernels;

/// <summary>The kernel against libtorch's operations in float64, with vectors of every width, whatever this machine would choose.</summary>
public sealed unsafe class GroupNormKernelTests
{
    private const int Pixels = 300;

    public static TheoryData<int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int>();
        foreach (int lanes in new[] { 16, 8, 4, 1 })
        {
            // Channels of the first and second tensor, and groups: whole vectors, four at once, neither, and a group across both tensors.
            foreach ((int first, int second, int groups) in new[] {
                (32, 0, 32), (64, 64, 32), (132, 0, 4), (20, 40, 5), (7, 0, 7), (3, 5, 1), (80, 16, 2) })
            {
                shapes.Add(lanes, first, second, groups);
            }
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_Float32_IsTheFormula(int lanes, int first, int second, int groups)
    {
        foreach (string time in new[] { "none", "addend", "scale and shift" })
        {
            foreach (bool silu in new[] { true, false }) Compare(lanes, first, second, groups, time, silu, mean: 0, tolerance: 2e-6);
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    [InlineData(1)]
    public void Run_MeanFarFromZero_LosesNoDigitsOfTheVariance(int lanes) =>
        // At a mean of 1,000 deviations, float32 itself rounds the input by 3e-5 of a deviation; E[x²] - E[x]² would be off by 10 %.
        Compare(lanes, 32, 0, 4, "none", silu: false, mean: 1000, tolerance: 2e-4);

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    [InlineData(1)]
    public void Run_BFloat16_IsTheFormulaRoundedOnce(int lanes)
    {
        using var scope = NewDisposeScope();
        Tensor x = randn([Pixels, 40], float32, generator: new Generator(5)).to(bfloat16),
            weight = randn(40, float32, generator: new Generator(6)), bias = randn(40, float32, generator: new Generator(7));
        Tensor target = zeros([Pixels, 40], bfloat16);
        GroupNormArguments arguments = Arguments(40, 0, 8, weight, bias, true);
        var from = (BFloat16*)TensorMemory.Address(x);
        var to = (BFloat16*)TensorMemory.Address(target);
        switch (lanes)
        {
            case 16: GroupNormKernel.Run<BFloat16, BFloat16Memory, Lanes512>(arguments, from, null, to); break;
            case 8: GroupNormKernel.Run<BFloat16, BFloat16Memory, Lanes256>(arguments, from, null, to); break;
            case 4: GroupNormKernel.Run<BFloat16, BFloat16Memory, Lanes128>(arguments, from, null, to); break;
            default: GroupNormKernel.Run<BFloat16, BFloat16Memory, Lanes32>(arguments, from, null, to); break;
        }

        Tensor expected = Expected(x.to(float64), 8, weight, bias, null, null, null, true);
        // Half a unit of the last of 8 bits, and what float32 adds.
        Tensor allowed = expected.abs() * (1.0 / 256 * 1.001) + 1e-5;
        ((target.to(float64) - expected).abs() <= allowed).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Run_NotANumber_StaysInItsChannel()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(new[] { -3f, -1f, -0f, 0f, 1f, 2f, float.NaN, 3f }).unsqueeze(0).repeat(16, 1); // 8 channels of 16 equal pixels
        Tensor weight = ones(8), bias = zeros(8), target = zeros(16, 8);
        GroupNormArguments arguments = Arguments(8, 0, 8, weight, bias, true);
        arguments.Pixels = 16;
        arguments.Addend = null;
        GroupNormKernel.Run(arguments, (float*)TensorMemory.Address(x), null, (float*)TensorMemory.Address(target));
        // A channel that is the same everywhere becomes 0; NaN stays NaN and touches no other channel.
        target.isnan().sum().item<long>().Should().Be(16);
        target.select(1, 6).isnan().all().item<bool>().Should().BeTrue();
        target.nan_to_num(0).abs().max().item<float>().Should().BeLessThan(1e-3f);
    }

    private static void Compare(int lanes, int first, int second, int groups, string time, bool silu, double mean, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9, CPU);
        int channels = first + second;
        Tensor x = randn([Pixels, first], float32, generator: generator) + mean,
            other = randn([Pixels, second], float32, generator: generator) * 2 + mean;
        Tensor weight = randn(channels, float32, generator: generator), bias = randn(channels, float32, generator: generator);
        Tensor? addend = time == "addend" ? randn(channels, float32, generator: generator) : null;
        Tensor? scale = time == "scale and shift" ? randn(channels, float32, generator: generator) : null,
            shift = scale is null ? null : randn(channels, float32, generator: generator);
        Tensor target = zeros([Pixels, channels], float32);
        GroupNormArguments arguments = Arguments(first, second, groups, weight, bias, silu);
        if (addend is not null) arguments.Addend = (float*)TensorMemory.Address(addend);
        if (scale is not null)
        {
            arguments.Scale = (float*)TensorMemory.Address(scale);
            arguments.Shift = (float*)TensorMemory.Address(shift!);
        }

        float* a = (float*)TensorMemory.Address(x), b = (float*)TensorMemory.Address(other), to = (float*)TensorMemory.Address(target);
        switch (lanes)
        {
            case 16: GroupNormKernel.Run<float, SingleMemory, Lanes512>(arguments, a, b, to); break;
            case 8: GroupNormKernel.Run<float, SingleMemory, Lanes256>(arguments, a, b, to); break;
            case 4: GroupNormKernel.Run<float, SingleMemory, Lanes128>(arguments, a, b, to); break;
            default: GroupNormKernel.Run<float, SingleMemory, Lanes32>(arguments, a, b, to); break;
        }

        Tensor joined = second == 0 ? x : cat([x, other], 1);
        Tensor expected = Expected(joined.to(float64), groups, weight, bias, addend, scale, shift, silu);
        (target.to(float64) - expected).abs().max().item<double>()
            .Should().BeLessThan(tolerance * Math.Max(1, expected.abs().max().item<double>()), "{0}, silu {1}", time, silu);
    }

    private static GroupNormArguments Arguments(int first, int second, int groups, Tensor weight, Tensor bias, bool silu) => new()
    {
        FirstChannels = first,
        SecondChannels = second,
        FirstStride = first,
        SecondStride = second,
        TargetStride = first + second,
        Pixels = Pixels,
        Groups = groups,
        Epsilon = 1e-6,
        Silu = silu,
        Weight = (float*)TensorMemory.Address(weight),
        Bias = (float*)TensorMemory.Address(bias),
    };

    private static Tensor Expected(Tensor x, int groups, Tensor weight, Tensor bias, Tensor? addend, Tensor? scale, Tensor? shift,
        bool silu)
    {
        if (addend is not null) x += addend.to(float64);
        Tensor h = F.group_norm(x.t().unsqueeze(0), groups, weight.to(float64), bias.to(float64), 1e-6).squeeze(0).t();
        if (scale is not null) h = h * (scale.to(float64) + 1) + shift!.to(float64);
        return silu ? F.silu(h) : h;
    }
}
