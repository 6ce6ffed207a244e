using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Layers;

/// <summary>Against PyTorch's own generator, bit for bit.</summary>
public sealed class MersenneTwisterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(12345)]
    [InlineData(-7)]
    [InlineData(0x1234567890ABCDEF)]
    public void Fill_AnySeed_GivesPyTorchsNumbers(long seed)
    {
        var twister = new MersenneTwister(seed);
        float[] numbers = new float[2000];
        twister.Fill(numbers.AsSpan(0, 700));
        twister.Fill(numbers.AsSpan(700));
        numbers.Should().Equal(PyTorch(seed, 2000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(623)]
    [InlineData(624)]
    [InlineData(625)]
    [InlineData(1248)]
    [InlineData(5000)]
    public void Skip_AnyNumber_IsToDrawAndForget(int count)
    {
        float[] expected = PyTorch(3, 7000);
        var twister = new MersenneTwister(3);
        float[] numbers = new float[100];
        twister.Skip(count);
        twister.Fill(numbers);
        numbers.Should().Equal(expected[count..(count + 100)]);
        twister.Skip(count / 4);
        twister.Fill(numbers);
        numbers.Should().Equal(expected[(count + 100 + count / 4)..(count + 200 + count / 4)]);
    }

    private static float[] PyTorch(long seed, int count)
    {
        using var generator = new Generator(0, CPU);
        generator.manual_seed(seed);
        using Tensor numbers = rand(count, dtype: float32, generator: generator);
        return numbers.data<float>().ToArray();
    }
}
