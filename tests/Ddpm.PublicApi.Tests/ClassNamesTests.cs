using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using Ddpm.Inference;
using Ddpm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>Names of classes: what they may be, and where they go.</summary>
public sealed class ClassNamesTests : IDisposable
{
    private static readonly ClassNames Clothes = ["T-shirt/top", "trouser", "Trouser", "bag, large", "5"];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-names-");

    public static TheoryData<string[], string> Bad => new()
    {
        { [], "names must have at least one name, but is empty*" },
        { ["a", ""], "names must be different and printable, of 1 to 256 characters, but that of class 1 is blank*" },
        { ["a", " "], "*that of class 1 is blank*" },
        { [null!], "*that of class 0 is blank*" },
        { ["a", "b", "a"], "*that of class 2 is \"a\" again*" },
        { ["a\nb"], "*that of class 0 has a control character*" },
        { [new string('a', 257)], "*that of class 0 has 257 characters*" },
    };

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void LabelOf_NameOrTheOnlyOneInAnotherCase_IsTheClass()
    {
        Clothes.LabelOf("trouser").Should().Be(1);
        Clothes.LabelOf("Trouser").Should().Be(2);
        Clothes.LabelOf("t-SHIRT/TOP").Should().Be(0);
        Clothes.LabelsOf("bag, large", "trouser").Should().Equal(3, 1);
        Clothes.Invoking(names => names.LabelOf("TROUSER")).Should().Throw<ArgumentException>("two differ in case alone");
        Clothes.Invoking(names => names.LabelOf("trousers")).Should().Throw<ArgumentException>().WithMessage(
            "name must be one of trouser, Trouser, *, but is \"trousers\"*");
        Clothes.Should().BeEquivalentTo(new ClassNames(Clothes)).And.HaveCount(5);
        Clothes.Equals(new ClassNames(Clothes)).Should().BeTrue();
        Clothes.Equals(new ClassNames(Clothes.Reverse())).Should().BeFalse();
        new ClassNames(Enumerable.Range(0, 100).Select(k => $"class {k}")).Invoking(names => names.LabelOf("x")).Should()
            .Throw<ArgumentException>().WithMessage("*and 80 more, but is \"x\"*");
        Clothes.Invoking(names => names[5]).Should().Throw<ArgumentOutOfRangeException>().WithMessage("label must be 0 … 4, but is 5*");
    }

    [Theory]
    [InlineData("ankle boot", 0)]
    [InlineData("ankle_boot", 0)]
    [InlineData(" Ankle-Boot ", 0)]
    [InlineData("ANKLE   BOOT", 0)]
    [InlineData("palm tree", 1)]
    [InlineData("palm-tree", 1)]
    [InlineData("ankleboot", null)]
    [InlineData("a b", null)]
    [InlineData("a_b", 2)]
    [InlineData("A-B", 3)]
    [InlineData("-", null)]
    [InlineData("", null)]
    [InlineData("__", 4)]
    public void Find_OtherCaseAndSpaces_IsTheOnlyClassThatDiffersInNothingElse(string name, int? label) =>
        new ClassNames(["Ankle boot", "palm_tree", "a_b", "a-b", "__"]).Find(name).Should().Be(label);

    [Theory]
    [MemberData(nameof(Bad))]
    public void BadNames_AreRefused(string[] names, string message) =>
        FluentActions.Invoking(() => new ClassNames(names)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void Names_SavedWithAModel_ComeBackInBothEngines()
    {
        using var network = new UNet(Options);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule(10, 1e-3, 0.5)));
        using TrainedModel model = ModelFolder.Load(folder.FullName);
        using InferenceModel spans = InferenceModel.Load(folder.FullName);

        model.ClassNames.Should().Equal(Clothes);
        spans.ClassNames.Should().Equal(Clothes);
        model.Report.IgnoredFields.Should().BeEmpty();
        ModelFolder.LoadConfiguration(folder.FullName).Network.Should().Be(Options);
        SamplingRequest request = model.Request(["bag, large", "trouser"], seed: 3);
        request.Labels.Should().Equal(3, 1);
        using Tensor named = new DdimSampler(model.Network, model.Process).Sample(request);
        using Tensor numbered = new DdimSampler(model.Network, model.Process).Sample(model.Request([3, 1], seed: 3));
        named.Equals(numbered).Should().BeTrue();
        using InferenceSampler sampler = spans.CreateSampler(SamplingMethod.Ddim);
        sampler.Sample(new InferenceRequest { Labels = spans.ClassNames!.LabelsOf("bag, large"), Seed = 3 }).Should().HaveCount(16);
        model.Invoking(m => m.Request(["shoe"])).Should().Throw<ArgumentException>().WithMessage("name must be one of*but is \"shoe\"*");
    }

    [Fact]
    public void Names_OfAnotherNumberThanTheClasses_AreRefused()
    {
        FluentActions.Invoking(() => new UNet(Options with { ClassCount = 4 })).Should().Throw<ArgumentException>().WithMessage(
            "UNetOptions.ClassNames must be null or 4 names, as ClassCount says, but is 5 names*");
        FluentActions.Invoking(() => new UNet(Options with { ClassCount = null })).Should().Throw<ArgumentException>().WithMessage(
            "UNetOptions.ClassNames must be null or 0 names*");
        using var unnamed = new UNet(Options with { ClassNames = null });
        using var model = new TrainedModel(unnamed, new ReverseDiffusion(new LinearSchedule(10, 1e-3, 0.5)));
        model.Invoking(m => m.Request(["trouser"])).Should().Throw<InvalidOperationException>()
            .WithMessage("The model has no class names*");
    }

    [Theory]
    [InlineData("[\"a\", \"b\"]", "class_names must be null or 5 names*but is 2 names*")]
    [InlineData("[\"a\", \"b\", \"c\", \"d\", \"a\"]", "class_names must be different and printable*that of class 4 is \"a\" again*")]
    [InlineData("[\"a\", \"b\", \"c\", \"d\", 5]", "class_names must be a list of texts, but has 5 at place 4*")]
    [InlineData("\"a\"", "class_names must be *")]
    [InlineData("[]", "class_names must have at least one name, but is empty*")]
    public void BadNames_InAFile_AreNamed(string names, string message)
    {
        ModelFolder.SaveConfiguration(folder.FullName, Options with { ClassNames = null }, new ReverseDiffusion(new LinearSchedule()));
        string file = Path.Combine(folder.FullName, "unet", "config.json");
        File.WriteAllText(file, File.ReadAllText(file).TrimEnd().TrimEnd('}') + $", \"class_names\": {names} }}");
        FluentActions.Invoking(() => ModelFolder.LoadConfiguration(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*config.json*" + message);
    }

    [Fact]
    public void DataSets_KnowTheirNames()
    {
        foreach (string name in new[] { "cat", "dog" })
        {
            string images = folder.CreateSubdirectory(name).FullName;
            using Tensor picture = zeros([3, 4, 4], torch.uint8);
            ImageFile.SavePng(Path.Combine(images, "1.png"), picture);
        }

        var files = new ImageFolder(folder.FullName);
        using ImageDataset memory = files.ToMemory();
        foreach (IDataset data in new IDataset[] { files, memory, new SubsetDataset(files, [1]), files.WithoutDamaged() })
        {
            data.ClassNames.Should().Equal("cat", "dog");
            data.ClassCount.Should().Be(2);
        }

        using Tensor pixels = zeros([2, 1, 2, 2], torch.uint8), labels = tensor(new long[] { 0, 1 });
        using var named = new ImageDataset(pixels, labels, classNames: Clothes);
        (named.ClassCount, named.ClassNames).Should().Be((5, Clothes));
        FluentActions.Invoking(() => new ImageDataset(pixels, labels, 2, Clothes)).Should().Throw<ArgumentException>()
            .WithMessage("classNames must be 2, as classCount says, but are 5*");
        FluentActions.Invoking(() => new ImageDataset(pixels, labels, classNames: ["only"])).Should().Throw<ArgumentException>()
            .WithMessage("labels must be 0 … 0, but that of example 1 is 1*");
        FluentActions.Invoking(() => new ImageDataset(pixels, classNames: Clothes)).Should().Throw<ArgumentException>()
            .WithMessage("classNames must be null where there are no labels*");
    }

    private static UNetOptions Options { get; } = UNetOptions.For(4, 4, 1, 4, Clothes.Count) with { ClassNames = Clothes };
}
