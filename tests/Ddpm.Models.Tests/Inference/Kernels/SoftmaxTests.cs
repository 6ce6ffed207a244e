using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models.Tests.Inference.Kernels;

public sealed unsafe class SoftmaxTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    public void Apply_AnyCount_IsTheFormula(int lanes)
    {
        foreach (int count in new[] { 1, 4, 15, 16, 17, 49, 256 })
        {
            using var scope = NewDisposeScope();
            // Large numbers, whose powers would overflow without the shift; what lies beyond the count does not matter.
            Tensor x = cat([randn(count, float32, generator: new Generator(1)) * 10 + 300, full(16, 1e9f)]),
                expected = F.softmax(x.narrow(0, 0, count).to(float64), 0);
            if (lanes == 16) Softmax.Apply<Lanes512>((float*)TensorMemory.Address(x), count);
            else Softmax.Apply<Lanes256>((float*)TensorMemory.Address(x), count);
            ((x.narrow(0, 0, count).to(float64) - expected).abs() / (expected + 1e-9)).max().item<double>()
                .Should().BeLessThan(1e-5, "{0} numbers", count);
        }
    }

    [Fact]
    public void Exponential_WholeRange_IsWithinItsBound()
    {
        using var scope = NewDisposeScope();
        Tensor x = linspace(-87, 87, 16 * 1000, float32), y = empty_like(x);
        float* from = (float*)TensorMemory.Address(x), to = (float*)TensorMemory.Address(y);
        for (int i = 0; i < 16000; i += 16) Lanes512.Store(Exponential.Of(Lanes512.Load(from + i)), to + i);
        Tensor expected = x.to(float64).exp();
        // x log2(e) is rounded to float32: at 87, 125 of them, that is up to 4e-6 in the exponent.
        Tensor allowed = 3e-7 + x.to(float64).abs() * 1.2e-7;
        (((y.to(float64) - expected).abs() / expected) <= allowed).all().item<bool>().Should().BeTrue();
    }
}
