using static TorchSharp.torch;

namespace Ddpm.Imaging.Tests;

public sealed class ImageGridTests
{
    [Fact]
    public void Compose_ThreeImagesInTwoColumns_LaysThemOutByRows()
    {
        using Tensor images = stack([full([1, 1, 2], 10, uint8), full([1, 1, 2], 20, uint8), full([1, 1, 2], 30, uint8)]);

        using Tensor grid = ImageGrid.Compose(images, new ImageGridOptions { Columns = 2, Padding = 1, Background = 9 });

        grid.shape.Should().Equal(1, 5, 7);
        grid.data<byte>().ToArray().Should().Equal(
            9, 9, 9, 9, 9, 9, 9,
            9, 10, 10, 9, 20, 20, 9,
            9, 9, 9, 9, 9, 9, 9,
            9, 30, 30, 9, 9, 9, 9,
            9, 9, 9, 9, 9, 9, 9);
    }

    [Fact]
    public void Compose_Scale_RepeatsPixels()
    {
        using Tensor image = tensor(new byte[] { 1, 2 }, uint8).reshape(1, 1, 1, 2);
        using Tensor grid = ImageGrid.Compose(image, new ImageGridOptions { Scale = 2, Padding = 0 });
        grid.data<byte>().ToArray().Should().Equal(1, 1, 2, 2, 1, 1, 2, 2);
    }

    [Fact]
    public void Compose_BadInput_Throws()
    {
        using Tensor flat = zeros([2, 2], uint8), images = zeros([1, 1, 2, 2], uint8);
        FluentActions.Invoking(() => ImageGrid.Compose(flat)).Should().Throw<ArgumentException>().WithMessage("*[N, C, H, W]*[2, 2]*");
        FluentActions.Invoking(() => ImageGrid.Compose(images, new ImageGridOptions { Columns = 0 }))
            .Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ImageGrid.Compose(images, new ImageGridOptions { Scale = 0 }))
            .Should().Throw<ArgumentOutOfRangeException>();
    }
}
