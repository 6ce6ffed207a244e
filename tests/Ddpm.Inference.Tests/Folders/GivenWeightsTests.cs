using System.Collections.Immutable;

namespace Ddpm.Inference.Tests.Folders;

/// <summary>Weights from memory.</summary>
public sealed class GivenWeightsTests
{
    private static readonly MlpDescription Network = new(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1, TimeChannels = 4 });

    [Fact]
    public void FromMemory_WholeSet_SamplesAsTheSameWeightsOfASource()
    {
        NamedWeight[] given = Weights();
        using ModelWeights weights = ModelWeights.FromMemory(Network, given);
        weights.Compare(Network).IsComplete.Should().BeTrue();
        foreach (NamedWeight weight in given) weights.Read(weight.Name).ToArray().Should().Equal(weight.Numbers.ToArray());
        var process = new ProcessDescription { Schedule = new CosineSchedule(10), Prediction = "epsilon", Variance = "fixed_small" };
        using var model = new InferenceModel(Network, weights, process);
        using InferenceSampler sampler = model.CreateSampler(SamplingMethod.Ddim);
        sampler.Sample(new InferenceRequest { Count = 1, Seed = 3 }).ToArray().Should().OnlyContain(x => float.IsFinite(x));
    }

    [Fact]
    public void FromMemory_PrefixedNames_AreNamedAndTaken()
    {
        NamedWeight[] wrapped = [.. Weights().Select(weight => weight with { Name = "module." + weight.Name }), Weight("step", 1)];
        FluentActions.Invoking(() => ModelWeights.FromMemory(Network, wrapped)).Should().Throw<InvalidDataException>()
            .WithMessage("The set of weights has the network's weights under names that begin with \"module.\": give it as prefix to *");
        using ModelWeights weights = ModelWeights.FromMemory(Network, wrapped, "module.");
        weights.LeftOut.Should().Equal("step");
    }

    [Fact]
    public void FromMemory_WhatDoesNotFit_IsNamed()
    {
        NamedWeight[] all = Weights();
        void Refused<T>(NamedWeight[] weights, string message)
            where T : Exception =>
            FluentActions.Invoking(() => ModelWeights.FromMemory(Network, weights)).Should().Throw<T>().WithMessage(message);

        string first = all[0].Name, second = all[1].Name;
        ImmutableArray<long> shape = [1, .. all[1].Shape];
        Refused<InvalidDataException>(
            [all[1] with { Shape = shape }, .. all[2..], Weight("extra", 2)],
            $"The set of weights does not fit the network. Missing: {first}. Unexpected: extra. Of another shape or type: "
            + $"{second} (expected F32 *, found F32 [{string.Join(", ", shape)}]).");
        Refused<ArgumentException>([.. all, all[0]], $"weights must have each name once, but have {first} twice.*");
        Refused<ArgumentException>([all[0] with { Shape = [1, 5] }, .. all[1..]],
            $"weights must have the numbers of their shapes, but {first} [1, 5] has {all[0].Numbers.Length}.*");
        Refused<ArgumentException>([all[0] with { Shape = default }], $"*but {first} none has *");
        Refused<ArgumentException>([all[0] with { Shape = [-1, -1] }], $"*but {first} [-1, -1] has *");
    }

    [Fact]
    public void FromConfiguration_FileOrFolder_GivesTheOptions()
    {
        using var files = new ModelFiles();
        UNetOptions.FromConfiguration(files[ModelFiles.Network]).Should().Be(ModelFiles.Model.Network);
        UNetOptions.FromConfiguration(files.Folder).Should().Be(ModelFiles.Model.Network);
        FluentActions.Invoking(() => UNetOptions.FromConfiguration(files["none.json"])).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => UNetOptions.FromConfiguration(files[ModelFiles.Scheduler])).Should().Throw<InvalidDataException>()
            .WithMessage("*_class_name must be UNet2DModel, but is DDPMScheduler.");
        files.Set(ModelFiles.Network, "_class_name", "\"Mlp\"");
        FluentActions.Invoking(() => UNetOptions.FromConfiguration(files.Folder)).Should().Throw<InvalidDataException>()
            .WithMessage("*_class_name must be UNet2DModel here, but is Mlp; ModelFolder.LoadMlp reads it.");
    }

    private static NamedWeight[] Weights() =>
    [
        .. NetworkGraph.Of(Network).StateDict().Select(weight =>
        {
            long[] shape = [.. weight.Shape];
            return Weight(weight.Name, shape);
        }),
    ];

    private static NamedWeight Weight(string name, params long[] shape)
    {
        int count = (int)shape.Aggregate(1L, (product, length) => product * length);
        return new NamedWeight(name, [.. shape], Enumerable.Range(0, count).Select(i => 0.01f * (i % 7)).ToArray());
    }
}
