namespace Ddpm.Hosting.Tests;

/// <summary>Wrong requests are refused whole, each field by its name, before anything is drawn.</summary>
public sealed class RequestTests
{
    public static TheoryData<SampleRequest, string> Wrong => new()
    {
        { new() { Steps = 0 }, "Steps must be a whole number from 1 to 20, but is 0." },
        { new() { Count = -4 }, "Count must be a whole number from 1 to 64, but is -4." },
        { new() { Seed = long.MaxValue }, "Seed must be a whole number from 0 to 9007199254740991, but is 9223372036854775807." },
        { new() { Labels = [44] }, "Labels must be a whole number from 0 to 2 or one of Bag, Boot, Shirt, but is [44]." },
        { new() { Labels = ["Coat"] }, "Labels must be a whole number from 0 to 2 or one of Bag, Boot, Shirt, but is [\"Coat\"]." },
        { new() { Labels = [] }, "Labels must be * but is []." },
        { new() { Labels = [1, 2] }, "Labels must be * but is a list of 2 for 1 pictures." },
        { new() { Guidance = double.NaN, Labels = [1] }, "Guidance must be a number from 0 to 20, but is NaN." },
        { new() { Guidance = 2 }, "Guidance must be 1 or absent without Labels, for guidance strengthens a class, but is 2." },
        { new() { Eta = 0.5 }, "Eta must be absent for the sampler ddpm, for only ddim has η, but is 0.5." },
        { new() { Sampler = "ddim", Eta = double.PositiveInfinity }, "Eta must be a number from 0 to 1, but is Infinity." },
        {
            new() { StepsPerLevel = 2 },
            "StepsPerLevel must be absent for the sampler ddpm, for only langevin and predictor-corrector take Langevin steps, but is 2."
        },
        { new() { Sampler = "magic" }, "Sampler must be one of ddpm, ddim, *, but is \"magic\"." },
        { new() { Spacing = "odd" }, "Spacing must be one of leading, *, but is \"odd\"." },
        {
            new() { Spacing = "whole-stride", Steps = 15 },
            "Spacing must be a rule that gives 15 of 20 timesteps, but is \"whole-stride\"."
        },
        { new() { Width = 16 }, "Width must be a whole number from 8 to 8, but is 16." },
        { new() { PreviewEvery = 0 }, "PreviewEvery must be a whole number from 1 to 1000000, but is 0." },
        { new() { Strength = 0.5 }, "Strength must be absent without Image, but is 0.5." },
        { new() { ToSeed = 1 }, "Count must be at least 2, for pictures lie between Seed and ToSeed, but is absent." },
        {
            new() { Image = new byte[] { 1, 2 } },
            "Image must be a PNG file of 8 × 8 pixels, 8 bits a channel and opaque, but is no PNG file."
        },
        { new() { Image = PictureTests.Png(new byte[12], 1, 4, 3) }, "Image must be * but is a picture of 4 × 3 pixels." },
        { new() { Image = PictureTests.Png(new byte[64], 1), Strength = 0 }, "Strength must be a number above 0 and at most 1, but is 0." },
        { new() { Image = PictureTests.Png(new byte[64], 1), ToSeed = 2 }, "ToSeed must be absent beside Image, but is 2." },
        { new() { Mask = PictureTests.Png(new byte[64], 1) }, "Mask must be absent without Image, but is * bytes." },
        {
            new() { Sampler = "ddim", Image = PictureTests.Png(new byte[64], 1), Mask = PictureTests.Png(new byte[64], 1) },
            "Mask must be absent for the sampler ddim, for only ddpm goes back and forth, but is * bytes."
        },
        { new() { Resamples = 3 }, "Resamples must be absent without Mask, but is 3." },
        { new() { Steps = 0, Count = 65 }, "Steps must be * but is 0. Count must be * but is 65." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Sample_WrongFields_AreNamedWithExpectedAndActual(SampleRequest request, string message)
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 3));
        await host.Service.Awaiting(service => service.SampleAsync(request)).Should().ThrowAsync<SampleRequestException>()
            .WithMessage(message);
        await using IAsyncEnumerator<SamplingPreview> stream = host.Service.StreamAsync(request).GetAsyncEnumerator();
        await stream.Invoking(each => each.MoveNextAsync().AsTask()).Should().ThrowAsync<SampleRequestException>();
        host.Service.Status.Should().Be(new ServiceStatus(ModelState.Ready, null, true, 0, false));
    }

    [Fact]
    public async Task Sample_ModelThatNeedsAClass_SaysSo()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 2, nullLabel: false));
        await host.Service.Awaiting(service => service.SampleAsync()).Should().ThrowAsync<SampleRequestException>()
            .WithMessage("Labels must be a whole number from 0 to 1, for the model cannot draw without a class, but is absent.");
        await host.Service.Awaiting(service => service.SampleAsync(new SampleRequest { Labels = [1], Guidance = 2 })).Should()
            .ThrowAsync<SampleRequestException>().WithMessage("Guidance must be absent, for the model cannot be guided, but is 2.");
    }

    [Fact]
    public async Task Sample_OtherSizes_AreDrawnWithinTheLimit()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(), options => options.MaxSize = 17);
        GeneratedImages images = await host.Service.SampleAsync(new SampleRequest { Width = 16, Height = 4, Steps = 2 });
        (images.Width, images.Height, images.Pixels.Length).Should().Be((16, 4, 64));
        await host.Service.Awaiting(service => service.SampleAsync(new SampleRequest { Width = 5 })).Should()
            .ThrowAsync<SampleRequestException>().WithMessage("Width must be a multiple of 2 from 2 to 16, but is 5.");
    }
}
