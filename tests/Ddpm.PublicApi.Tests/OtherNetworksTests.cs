using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Model folders of networks that are no U-Nets.</summary>
public sealed class OtherNetworksTests : IDisposable
{
    private static readonly ReverseDiffusion Process = new(
        new LinearSchedule(10, 1e-3, 0.5), new ReverseDiffusionOptions { Clipping = X0Clipping.None });
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-networks-");

    private string Configuration => Path.Combine(folder.FullName, "unet", "config.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Mlp_Saved_ComesBackInBothEngines()
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 3, Width = 16, Blocks = 2, TimeChannels = 8, Dropout = 0.25 }, seed: 4);
        ModelFolder.Save(folder.FullName, network, Process);
        using TrainedModel<Mlp> model = ModelFolder.LoadMlp(folder.FullName);
        using InferenceModel spans = InferenceModel.Load(folder.FullName);

        model.Network.Options.Should().Be(network.Options);
        model.Report.IsComplete.Should().BeTrue();
        (model.Report.Verified, model.Report.ConfigurationChanged).Should().Be((true, false));
        model.Report.IgnoredFields.Should().BeEmpty();
        model.SampleShape.Should().Equal(3);
        foreach ((string name, Tensor weight) in network.state_dict())
        {
            model.Network.state_dict()[name].Equals(weight).Should().BeTrue(name);
        }

        using Tensor samples = new DdimSampler(model.Network, model.Process).Sample(model.Request(4, seed: 2));
        using InferenceSampler sampler = spans.CreateSampler(SamplingMethod.Ddim);
        float[] same = sampler.Sample(new InferenceRequest { Count = 4, Seed = 2 });
        samples.Numbers().Zip(same).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mlp_LearnedVariance_MustFitItsOutputs(bool fits)
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 3, Outputs = fits ? 6 : null, Width = 8, Blocks = 1 });
        ReverseDiffusion learned = Process.WithVariance(ReverseVariance.Learned);
        if (!fits)
        {
            FluentActions.Invoking(() => ModelFolder.Save(folder.FullName, network, learned)).Should().Throw<ArgumentException>()
                .WithMessage("The network puts out 3 channels for 3, but LearnedVariance needs 6: Outputs and Variance disagree*");
            Directory.EnumerateFileSystemEntries(folder.FullName).Should().BeEmpty("nothing is half-done");
            return;
        }

        ModelFolder.Save(folder.FullName, network, learned);
        using (TrainedModel<Mlp> model = ModelFolder.LoadMlp(folder.FullName)) model.Network.Options.Outputs.Should().Be(6);
        FluentActions.Invoking(() => ModelFolder.LoadMlp(folder.FullName, new LoadOptions { Process = Process })).Should()
            .Throw<InvalidDataException>()
            .WithMessage("*config.json: outputs must be 3, as the variance fixed-large needs of 3 dimensions, but is 6.");
    }

    [Fact]
    public void OwnDescription_Saved_ComesBackWithTheDescription()
    {
        var description = new ResidualStack(channels: 1, width: 12, blocks: 3);
        using var network = new DescribedNetwork(description, seed: 1);
        ModelFolder.Save(folder.FullName, network, Process);
        using TrainedModel<DescribedNetwork> model = ModelFolder.Load(folder.FullName, description);
        using InferenceModel spans = InferenceModel.Load(folder.FullName, description);

        model.Report.IsComplete.Should().BeTrue();
        foreach ((string name, Tensor weight) in network.state_dict())
        {
            model.Network.state_dict()[name].Equals(weight).Should().BeTrue(name);
        }

        model.Invoking(m => m.Request(1)).Should().Throw<InvalidOperationException>()
            .WithMessage("The ResidualStack takes samples of several shapes: state SampleShape in a SamplingRequest.");
        spans.SampleShape.Should().BeNull();
        const string missing = "description must be given: *config.json has a network that ResidualStack describes*";
        FluentActions.Invoking(() => InferenceModel.Load(folder.FullName)).Should().Throw<ArgumentException>().WithMessage(missing);
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*config.json: _class_name must be UNet2DModel here, but is DescribedNetwork; "
                + "ModelFolder.Load with its description reads it.");
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName, new ResidualStack(2, 12, 3))).Should().Throw<ArgumentException>()
            .WithMessage("description must have the InChannels 1, as *config.json says, but has 2*");
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName, new ResidualStack(1, 16, 3))).Should().Throw<InvalidDataException>()
            .WithMessage("*does not fit the network*");
    }

    [Fact]
    public void OtherKindThanAsked_SaysWhatReadsIt()
    {
        using var vectors = new Mlp(new MlpOptions { Dimensions = 3, Width = 8, Blocks = 1 });
        ModelFolder.Save(folder.FullName, vectors, Process);
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*config.json: _class_name must be UNet2DModel here, but is Mlp; ModelFolder.LoadMlp reads it.");
        using var images = new UNet(UNetOptions.For(4, 4, 1, 4));
        string other = Path.Combine(folder.FullName, "unet-model");
        ModelFolder.Save(other, images, Process);
        FluentActions.Invoking(() => ModelFolder.LoadMlp(other)).Should().Throw<InvalidDataException>()
            .WithMessage("*_class_name must be Mlp, but is *UNet2DModel*");
        using TrainedModel<DescribedNetwork> any = ModelFolder.Load(other, new UNetDescription(images.Options));
        any.SampleShape.Should().Equal(1, 4, 4);
    }

    [Theory]
    [InlineData("\"width\": 8", "\"width\": 0", "width must be a whole number*0*")]
    [InlineData("\"blocks\": 1", "\"blocks\": 1e9", "blocks must be a whole number*")]
    [InlineData("\"time_channels\": 64", "\"time_channels\": 3", "time_channels must be a whole number*3*")]
    [InlineData("\"dropout\": 0", "\"dropout\": 1", "dropout must be less than 1, but is 1*")]
    [InlineData("\"dimensions\": 3", "\"dimension\": 3", "dimensions is missing*")]
    [InlineData("\"outputs\": null", "\"outputs\": \"six\"", "outputs must be *six*")]
    [InlineData("\"width\": 8", "\"width\": 9", "*does not fit the network*")]
    public void Mlp_DamagedConfiguration_NamesTheField(string before, string after, string message)
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 3, Width = 8, Blocks = 1 });
        ModelFolder.Save(folder.FullName, network, Process);
        string text = File.ReadAllText(Configuration);
        text.Should().Contain(before);
        File.WriteAllText(Configuration, text.Replace(before, after));
        FluentActions.Invoking(() => ModelFolder.LoadMlp(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*" + message);
    }
}
