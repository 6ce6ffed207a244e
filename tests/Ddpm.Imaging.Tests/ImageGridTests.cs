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

    [Fact]
    public void Compose_DecodedImages_IsThePictureOfTheTensors()
    {
        using Tensor images = arange(2 * 3 * 2 * 3, uint8).reshape(2, 3, 2, 3);
        DecodedImage[] decoded = [.. Enumerable.Range(0, 2)
            .Select(i => new DecodedImage(3, 2, 3, images[i].contiguous().data<byte>().ToArray()))];
        var options = new ImageGridOptions { Scale = 2, Columns = 1, Padding = 1 };
        using Tensor expected = ImageGrid.Compose(images, options);
        DecodedImage grid = ImageGrid.Compose(decoded, options);
        (grid.Channels, grid.Height, grid.Width).Should().Be((3, 11, 8));
        grid.Pixels.ToArray().Should().Equal(expected.data<byte>().ToArray());
        ImageFile.EncodePng(grid).Should().Equal(ImageFile.EncodePng(expected));
    }

    [Fact]
    public void Compose_DecodedImagesThatDoNotFit_Throws()
    {
        DecodedImage one = new(1, 2, 2, new byte[4]), other = new(1, 2, 3, new byte[6]), cut = new(1, 2, 2, new byte[3]);
        FluentActions.Invoking(() => ImageGrid.Compose(Array.Empty<DecodedImage>())).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ImageGrid.Compose([one, other]))
            .Should().Throw<ArgumentException>().WithMessage("*[1, 2, 2]*[1, 2, 3]*");
        FluentActions.Invoking(() => ImageGrid.Compose([one, cut])).Should().Throw<ArgumentException>().WithMessage("*3 bytes*");
        FluentActions.Invoking(() => ImageFile.EncodePng(cut)).Should().Throw<ArgumentException>().WithMessage("*[1, 2, 2] and 3 bytes*");
        FluentActions.Invoking(() => ImageFile.EncodePng(new DecodedImage(2, 1, 1, new byte[2]))).Should().Throw<ArgumentException>();
    }
}
