using Ddpm.Core;

namespace Ddpm.Data;

/// <summary>Gives the random numbers of one point, in streams that no sampler's noise of the same seed shares.</summary>
internal readonly struct PlanarRandom(long seed, long point)
{
    private const int UniformStream = 0x706C_6101, NormalStream = 0x706C_6102;

    private readonly CounterBasedRandom uniform = new(seed, point, UniformStream), normal = new(seed, point, NormalStream);

    public double Uniform(uint element) => uniform.Uniform(element);

    public long Below(uint element, long range) => uniform.UniformBelow(element, range);

    public double Normal(int element)
    {
        Span<float> numbers = stackalloc float[4];
        normal.FillNormal(numbers);
        return numbers[element];
    }
}
