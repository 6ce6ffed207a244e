using System.Drawing;
using ImageGenerator;
using Microsoft.Extensions.AI;

namespace Ddpm.Hosting.Tests;

/// <summary>samples/ImageGenerator: a model behind the common interface of Microsoft.Extensions.AI.</summary>
public sealed class ImageGeneratorTests
{
    [Fact]
    public async Task Generate_ClassAsPrompt_GivesThePicturesOfTheService()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 3));
        using IImageGenerator generator = new DdpmImageGenerator(host.Service);
        var options = new ImageGenerationOptions
        {
            Count = 2,
            ImageSize = new Size(8, 8),
            MediaType = "image/png",
            ResponseFormat = ImageGenerationResponseFormat.Data,
            ModelId = "ddpm",
            AdditionalProperties = new() { ["sampler"] = "ddim", ["steps"] = 4, ["seed"] = "7", ["guidance"] = 2.5 },
        };
        ImageGenerationResponse response = await generator.GenerateImagesAsync(" boot ", options);

        GeneratedImages expected = await host.Service.SampleAsync(
            new SampleRequest { Sampler = "ddim", Steps = 4, Count = 2, Seed = 7, Labels = ["Boot"], Guidance = 2.5 });
        DataContent[] pictures = [.. response.Contents.Cast<DataContent>()];
        pictures.Select(picture => picture.MediaType).Should().Equal("image/png", "image/png");
        pictures.Select(picture => picture.Name).Should().Equal("ddpm-seed7-000.png", "ddpm-seed7-001.png");
        for (int k = 0; k < 2; k++) pictures[k].Data.ToArray().Should().Equal(expected.ToPng(k));
        response.RawRepresentation.Should().BeOfType<GeneratedImages>().Which.Settings.Labels.Should().Equal(1);
        generator.GetRequiredService<IDdpmService>().Should().BeSameAs(host.Service);
        generator.GetRequiredService<ImageGeneratorMetadata>().DefaultModelId.Should().Be("ddpm");
        generator.GetService<string>().Should().BeNull();
    }

    [Fact]
    public async Task Generate_PictureToEdit_IsVariedAndAnEmptyPromptIsAnyClass()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 3));
        using IImageGenerator generator = new DdpmImageGenerator(host.Service);
        byte[] picture = PictureTests.Png([.. Enumerable.Range(0, 64).Select(i => (byte)(3 * i))], 1);
        var options = new ImageGenerationOptions { AdditionalProperties = new() { ["seed"] = 5L, ["strength"] = 0.5 } };
        ImageGenerationResponse response = await generator.EditImageAsync(new DataContent(picture, "image/png"), "", options);
        GeneratedImages expected = await host.Service.SampleAsync(new SampleRequest { Image = picture, Strength = 0.5, Seed = 5 });
        response.Contents.OfType<DataContent>().Single().Data.ToArray().Should().Equal(expected.ToPng(0));
    }

    [Fact]
    public async Task Generate_WhatTheModelCannotDo_IsRefused()
    {
        await using TestHost host = TestHost.Of(() => TinyModels.UNet(classes: 3));
        using IImageGenerator generator = new DdpmImageGenerator(host.Service);
        async Task Refuse(string message, string prompt = "", ImageGenerationOptions? options = null, params AIContent[] originals) =>
            await generator.Awaiting(each => each.GenerateAsync(new ImageGenerationRequest(prompt, originals), options)).Should()
                .ThrowAsync<ArgumentException>().WithMessage(message);

        Task Property(string name, object? value, string message) =>
            Refuse(message, options: new ImageGenerationOptions { AdditionalProperties = new() { [name] = value } });

        await Refuse("Prompt must be a class, Bag, Boot, Shirt, or empty, but is \"a red hat\".", "a red hat");
        await Refuse("Height must be a whole number from 8 to 8, but is 512. Width must be *", options:
            new() { ImageSize = new(512, 512) });
        await Refuse("Count must be a whole number from 1 to 64, but is 0.", options: new() { Count = 0 });
        await Refuse("Count must be a whole number from 1 to 64, but is 65.", options: new() { Count = 65 });
        await Refuse("MediaType must be image/png, but is image/jpeg.", options: new() { MediaType = "image/jpeg" });
        await Refuse("ResponseFormat must be Data, but is Hosted.", options:
            new() { ResponseFormat = ImageGenerationResponseFormat.Hosted });
        await Refuse("ModelId must be ddpm, but is other.", options: new() { ModelId = "other" });
        await Refuse("StreamingCount must be 0, but is 2.", options: new() { StreamingCount = 2 });
        await Property("steps", 1.5, "steps must be a whole number, but is 1.5.");
        await Property("steps", 21, "Steps must be a whole number from 1 to 20, but is 21.");
        await Property("seed", "x", "seed must be a whole number, but is x.");
        await Property("guidance", "NaN", "Guidance must be a number from 0 to 20, but is NaN.");
        await Property("sampler", "magic", "Sampler must be one of ddpm, *, but is \"magic\".");
        await Property("style", "vivid", "An additional property must be sampler, steps, seed, guidance, strength, but is style.");
        await Refuse("OriginalImages must be one PNG file as DataContent, but is 1 contents.", originals: new TextContent("a"));
        await Refuse("Image must be a PNG file of 8 × 8 pixels*", originals: new DataContent(new byte[] { 1, 2 }, "image/png"));
        await generator.Awaiting(each => each.GenerateAsync(null!)).Should().ThrowAsync<ArgumentNullException>();
    }

    [Fact]
    public async Task Generate_Cancelled_StopsWithinAStep()
    {
        var network = new GatedNetwork().Permit(3);
        await using TestHost host = TestHost.Gated(network);
        using var generator = new DdpmImageGenerator(host.Service);
        using var cancel = new CancellationTokenSource();
        Task<ImageGenerationResponse> run = generator.GenerateAsync(new ImageGenerationRequest(), null, cancel.Token);
        await TestHost.UntilAsync(() => network.Calls == 3, "three steps");
        await cancel.CancelAsync();
        await run.Invoking(async task => await task).Should().ThrowAsync<OperationCanceledException>();
        network.Open();
        await TestHost.UntilAsync(() => !host.Service.Status.IsRunning, "the worker to rest");
        network.Calls.Should().BeLessThanOrEqualTo(4, "the step in progress was the last");
        await generator.Awaiting(each => each.GenerateAsync(new ImageGenerationRequest("Bag"))).Should().ThrowAsync<ArgumentException>()
            .WithMessage("Prompt must be empty, for the model knows no classes, but is \"Bag\".");
    }
}
