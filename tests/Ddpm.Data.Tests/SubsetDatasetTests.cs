using static TorchSharp.torch;

namespace Ddpm.Data.Tests;

public sealed class SubsetDatasetTests
{
    [Fact]
    public void Read_ExampleOfASubset_IsThatOfTheData()
    {
        using Tensor values = arange(10, dtype: float32).reshape(10, 1), classes = arange(10, dtype: int64) % 3;
        using var data = new InMemoryDataset(values, classes);
        var subset = new SubsetDataset(data, [7, 2, 2]);
        var example = new float[1];

        subset.Count.Should().Be(3);
        subset.Shape.Should().Equal(1);
        subset.ClassCount.Should().Be(3);
        subset.Read(0, example).Should().Be(7 % 3);
        example[0].Should().Be(7);
        subset.Read(2, example).Should().Be(2);
        example[0].Should().Be(2);
        subset.Identity.Should().NotBe(new SubsetDataset(data, [7, 2, 3]).Identity).And.Contain(((IDataset)data).Identity);
        FluentActions.Invoking(() => subset.Read(3, example)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("index must be the number 0 … 2*but is 3*");
    }

    [Theory]
    [InlineData(4, new[] { 0f, 2f, 5f, 7f })]
    [InlineData(1, new[] { 0f })]
    [InlineData(10, new[] { 0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f })]
    [InlineData(11, new[] { 0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f })]
    public void EvenlySpread_Count_TakesOneOfEachStretch(int count, float[] expected)
    {
        using Tensor values = arange(10, dtype: float32).reshape(10, 1);
        using var data = new InMemoryDataset(values);
        var subset = SubsetDataset.EvenlySpread(data, count);
        var example = new float[1];
        Enumerable.Range(0, subset.Count).Select(i =>
        {
            subset.Read(i, example);
            return example[0];
        }).Should().Equal(expected);
    }

    [Fact]
    public void Constructor_IndexThatIsNotThere_IsNamed()
    {
        using Tensor values = zeros(4, 1);
        using var data = new InMemoryDataset(values);
        FluentActions.Invoking(() => new SubsetDataset(data, [])).Should().Throw<ArgumentException>()
            .WithMessage("indices must name at least one example*");
        FluentActions.Invoking(() => new SubsetDataset(data, [0, 4])).Should().Throw<ArgumentException>()
            .WithMessage("indices must be 0 … 3, but entry 1 is 4*");
        FluentActions.Invoking(() => SubsetDataset.EvenlySpread(data, 0)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
