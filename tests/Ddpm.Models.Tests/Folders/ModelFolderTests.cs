using System.Text.Json.Nodes;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Folders;

public sealed class ModelFolderTests : IDisposable
{
    private static readonly UNetOptions Small = new()
    {
        Height = 16,
        Width = 8,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 16,
        ChannelMultipliers = [1, 2],
        BlocksPerLevel = 1,
        AttentionResolutions = [8],
        NormGroups = 4,
        AttentionHeadChannels = 8,
    };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-models-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Save_ThenLoad_GivesTheSameNetworkAndProcess()
    {
        using var network = new UNet(Small, 3);
        var process = new ReverseDiffusion(new LinearSchedule(250, 4e-4, 0.08),
            new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall, Clipping = X0Clipping.None });

        ModelFolder.Save(folder.FullName, network, process);
        using TrainedModel model = ModelFolder.Load(folder.FullName);

        model.Network.Options.Should().Be(Small);
        model.Network.InTrainingMode.Should().BeFalse();
        model.Process.Options.Should().Be(process.Options);
        model.Process.Coefficients.Betas.Should().Equal(process.Coefficients.Betas);
        foreach ((string key, Tensor value) in network.state_dict()) value.Equals(model.Network.state_dict()[key]).Should().BeTrue(key);
        folder.GetFiles("*", SearchOption.AllDirectories).Should().HaveCount(4);
    }

    [Fact]
    public void Load_WeightsOfAnotherNetwork_ListsWhatDiffers()
    {
        var process = new ReverseDiffusion(new LinearSchedule());
        using UNet network = new(Small), wider = new(Small with { BaseChannels = 32, BlocksPerLevel = 2 });
        ModelFolder.Save(folder.FullName, network, process);
        SafetensorsWriter.Write(Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"), wider.state_dict());

        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*Unexpected: *down_blocks.0.resnets.1.conv1.weight*conv_in.weight (expected F32 [16, 1, 3, 3], found F32 [32, " +
            "1, 3, 3])*");
    }

    [Fact]
    public void Load_MissingFileOrBadField_NamesIt()
    {
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<FileNotFoundException>()
            .WithMessage("*no unet/config.json and no config.json*");
        using var network = new UNet(Small);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        string configuration = Path.Combine(folder.FullName, "scheduler", "scheduler_config.json");
        File.WriteAllText(configuration, File.ReadAllText(configuration).Replace("\"linear\"", "\"wavy\"", StringComparison.Ordinal));
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*beta_schedule must be linear, scaled_linear, sigmoid, squaredcos_cap_v2 or laplace, but is wavy*");
    }

    [Theory]
    [InlineData("t0_999")]
    [InlineData("t37_500")]
    public void Load_FolderOfDiffusers_GivesItsOutputs(string name)
    {
        using TrainedModel model = ModelFolder.Load(Path.Combine(AppContext.BaseDirectory, "Goldens", "small_pipeline"));
        using SafetensorsFile golden = SafetensorsFile.Open(
            Path.Combine(AppContext.BaseDirectory, "Goldens", "small_pipeline_io.safetensors"));
        using Tensor x = golden.Read("x"), expected = golden.Read($"out_f64.{name}"),
            t = tensor(name[1..].Split('_').Select(each => long.Parse(each, System.Globalization.CultureInfo.InvariantCulture)).ToArray());
        using Tensor output = model.Network.Predict(x, t);

        output.to(float64).sub(expected).abs().max().item<double>().Should().BeLessThan(2e-5);
        model.Network.parameters().Sum(parameter => parameter.numel()).Should().Be(701_345);
        model.Process.Options.Variance.Should().Be(ReverseVariance.FixedSmall);
        model.Report.IsComplete.Should().BeTrue();
        model.Report.Renamed.Should().Be(0);
    }

    [Fact]
    public void Save_LoadedFolderOfDiffusers_WritesTheSameTensorsAndFields()
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Goldens", "small_pipeline");
        using TrainedModel model = ModelFolder.Load(source);
        ModelFolder.Save(folder.FullName, model.Network, model.Process);

        foreach (string file in new[] { "unet/config.json", "scheduler/scheduler_config.json", "model_index.json" })
        {
            JsonObject theirs = Json(Path.Combine(source, file)), ours = Json(Path.Combine(folder.FullName, file));
            foreach ((string key, JsonNode? value) in theirs)
            {
                if (key != "_diffusers_version") JsonNode.DeepEquals(value, ours[key]).Should().BeTrue("{0}: {1}", file, key);
            }
        }

        using SafetensorsFile before = SafetensorsFile.Open(Path.Combine(source, "unet", "diffusion_pytorch_model.safetensors")),
            after = SafetensorsFile.Open(Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"));
        after.Entries.Select(entry => entry.Name).Should().BeEquivalentTo(before.Entries.Select(entry => entry.Name));
        foreach (SafetensorsEntry entry in before.Entries)
        {
            using Tensor a = before.Read(entry.Name), b = after.Read(entry.Name);
            a.Equals(b).Should().BeTrue(entry.Name);
        }
    }

    public static TheoryData<string> Processes => [.. AllProcesses().Select(pair => pair.Name)];

    [Theory]
    [MemberData(nameof(Processes))]
    public void Save_AnyProcess_IsReadBackToTheLastBit(string name)
    {
        ReverseDiffusion process = AllProcesses().Single(pair => pair.Name == name).Process;
        using var network = new UNet(Small with { OutChannels = process.Options.Variance.OutputsPerElement });
        ModelFolder.Save(folder.FullName, network, process);
        using TrainedModel model = ModelFolder.Load(folder.FullName);

        model.Process.Coefficients.Betas.Should().Equal(process.Coefficients.Betas);
        model.Process.Options.Prediction.Should().Be(process.Options.Prediction);
        model.Process.Options.Variance.Should().Be(process.Options.Variance);
        model.Process.Options.InitialLogVariance.Should().Be(process.Options.InitialLogVariance);
        model.Process.Options.Clipping.Should().BeEquivalentTo(process.Options.Clipping, options => options.RespectingRuntimeTypes());
        model.Process.Options.Clipping.GetType().Should().Be(process.Options.Clipping.GetType());
        model.Report.IgnoredFields.Should().BeEmpty();
    }

    [Fact]
    public void Save_SignalsAndClasses_AreReadBack()
    {
        foreach (UNetOptions options in new[] { Small with { IsSignal = true, Width = 16 }, Small with { ClassCount = 10 },
            Small with { ClassCount = 10, NullLabel = false } })
        {
            using var network = new UNet(options, 3);
            ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
            using TrainedModel model = ModelFolder.Load(folder.FullName);
            model.Network.Options.Should().Be(options);
            foreach ((string key, Tensor value) in network.state_dict()) value.Equals(model.Network.state_dict()[key]).Should().BeTrue(key);
        }
    }

    [Fact]
    public void Save_WhatTheFormatCannotSay_IsRefusedBeforeAnythingIsWritten()
    {
        using var network = new UNet(Small);
        var schedule = new LinearSchedule();
        FluentActions.Invoking(() => ModelFolder.Save(
            folder.FullName, network, new ReverseDiffusion(new RespacedSchedule(new RespacedSchedule(schedule, [0, 5, 500]), [0, 2]))))
            .Should().Throw<NotSupportedException>().WithMessage("A RespacedSchedule of a RespacedSchedule*Original*");
        FluentActions.Invoking(() =>
            ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(
            new DiffusionCoefficients(schedule, TablePrecision.SinglePrecision)))).Should().Throw<NotSupportedException>()
            .WithMessage("*float32 tables*");
        FluentActions.Invoking(() =>
            ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(
            schedule, new ReverseDiffusionOptions { Clipping = X0Clipping.Dynamic() }))).Should().Throw<NotSupportedException>()
            .WithMessage("*without a maximum*");
        FluentActions.Invoking(() =>
            ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(
            schedule, new ReverseDiffusionOptions { Variance = ReverseVariance.LearnedRange }))).Should().Throw<ArgumentException>()
            .WithMessage("The network puts out 1 channels for 1, but LearnedRangeVariance needs 2: OutChannels and Variance disagree*");
        folder.GetFileSystemInfos().Should().BeEmpty();
    }

    [Fact]
    public void Load_ProcessThatDoesNotFit_NamesTheFlags()
    {
        using var network = new UNet(Small);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        Edit("scheduler/scheduler_config.json", json => json["variance_type"] = "learned_range");
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*config.json: out_channels must be 2, as the variance learned-range needs of 1 in_channels, but is 1.");

        (string Field, JsonNode Value, string Message)[] cases =
        [
            ("variance_type", "learned", "*learned is not supported*write learned_log*"),
            ("variance_type", "medium", "*variance_type must be fixed_small, fixed_large, learned_log or learned_range, but is medium*"),
            ("prediction_type", "score", "*prediction_type must be epsilon, sample, v_prediction or posterior_mean, but is score*"),
            ("num_train_timesteps", 0, "*num_train_timesteps must be a whole number from 1 to 100000, but is 0*"),
            ("num_train_timesteps", "many", "*num_train_timesteps must be a whole number from 1 to 100000, but is many*"),
            ("beta_end", 1.5, "*beta_end must be greater than 0 and less than 1, but is 1.5*"),
            ("trained_betas", new JsonArray(0.1, 0.2), "*trained_betas must have num_train_timesteps = 1000 entries, but has 2*"),
            ("rescale_betas_zero_snr", true, "*must leave some signal at t = 999 for EpsilonPrediction*"),
            ("_class_name", "FlowMatchEulerDiscreteScheduler", "*_class_name must be DDPMScheduler, *, but is FlowMatchEuler*"),
        ];
        foreach ((string field, JsonNode value, string message) in cases)
        {
            ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
            Edit("scheduler/scheduler_config.json", json => json[field] = value);
            FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>().WithMessage(message);
        }

        (string Field, JsonNode Value, string Message)[] networkCases =
        [
            ("time_embedding_type", "fourier", "*time_embedding_type must be positional, but is fourier*"),
            ("class_embed_type", "timestep", "*class_embed_type must be absent or null*"),
            ("resnet_time_scale_shift", "spatial", "*resnet_time_scale_shift must be default or scale_shift, but is spatial*"),
            ("block_out_channels", new JsonArray(16, 24), "*block_out_channels must be multiples of the first*"),
            ("add_attention", false, "*add_attention must be true, but is false*"),
        ];
        foreach ((string field, JsonNode value, string message) in networkCases)
        {
            ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
            Edit("unet/config.json", json => json[field] = value);
            FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>().WithMessage(message);
        }
    }

    [Fact]
    public void Load_UnknownFieldsAndDdim_AreReadAndReported()
    {
        using var network = new UNet(Small);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        Edit("scheduler/scheduler_config.json", json =>
        {
            json["_class_name"] = "DDIMScheduler";
            json["set_alpha_to_one"] = true;
            json["timestep_spacing"] = "trailing";
        });
        Edit("model_index.json", json => json["_class_name"] = "DDIMPipeline");
        using TrainedModel model = ModelFolder.Load(folder.FullName);

        model.Report.IgnoredFields.Should().HaveCount(2).And.Contain(
            line => line.EndsWith("scheduler_config.json: set_alpha_to_one = true", StringComparison.Ordinal)).And.Contain(
            line => line.EndsWith("timestep_spacing = \"trailing\"", StringComparison.Ordinal));
        model.Report.ConfigurationChanged.Should().BeTrue("it was changed by hand");
        Edit("model_index.json", json => json["_class_name"] = "StableDiffusionPipeline");
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage("*must be DDPMPipeline, DDIMPipeline or PNDMPipeline, but is StableDiffusionPipeline*");
    }

    [Fact]
    public void Load_EarlyLayoutAndNetworkAlone_FindTheirFiles()
    {
        using var network = new UNet(Small, 5);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule(77)));
        // The first published folders have everything side by side.
        foreach (string file in new[] { "unet/config.json", "unet/diffusion_pytorch_model.safetensors", "scheduler/scheduler_config.json" })
        {
            File.Move(Path.Combine(folder.FullName, file), Path.Combine(folder.FullName, Path.GetFileName(file)));
        }

        using (TrainedModel model = ModelFolder.Load(folder.FullName))
        {
            model.Process.Coefficients.Timesteps.Should().Be(77);
            model.Report.ConfigurationChanged.Should().BeFalse();
        }

        File.Delete(Path.Combine(folder.FullName, "scheduler_config.json"));
        File.Delete(Path.Combine(folder.FullName, "model_index.json"));
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<FileNotFoundException>()
            .WithMessage("*holds a network alone*none was given.*");
        ReverseDiffusion process = new(new CosineSchedule());
        using TrainedModel alone = ModelFolder.Load(folder.FullName, new LoadOptions { Process = process });
        alone.Process.Should().BeSameAs(process);
        alone.Network.state_dict()["conv_in.weight"].Equals(network.state_dict()["conv_in.weight"]).Should().BeTrue();
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Load_HalfPrecisionWeights_AreWidened(ScalarType type)
    {
        using var network = new UNet(Small, 5);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        string path = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors");
        Dictionary<string, Tensor> half = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.to(type));
        SafetensorsWriter.Write(path.Replace(".safetensors", ".fp16.safetensors", StringComparison.Ordinal), half);
        File.Delete(path);

        using TrainedModel model = ModelFolder.Load(folder.FullName);
        model.Report.Widened.Should().Be(half.Count);
        foreach ((string key, Tensor value) in model.Network.state_dict()) value.Equals(half[key].to(float32)).Should().BeTrue(key);
    }

    [Fact]
    public void Load_ShardedWeights_AreTheSame()
    {
        using var network = new UNet(Small, 5);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        string path = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors");
        SafetensorsWriter.WriteShards(path, network.state_dict(), 20_000);
        File.Delete(path);

        using TrainedModel model = ModelFolder.Load(folder.FullName);
        foreach ((string key, Tensor value) in network.state_dict()) value.Equals(model.Network.state_dict()[key]).Should().BeTrue(key);
        new DirectoryInfo(Path.Combine(folder.FullName, "unet")).GetFiles("*-of-*.safetensors").Length.Should().BeGreaterThan(3);
    }

    [Fact]
    public void Load_PickleOnly_SaysHowToConvertIt()
    {
        using var network = new UNet(Small);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        string path = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"),
            pickle = Path.ChangeExtension(path, ".bin");
        File.WriteAllBytes(pickle, [(byte)'P', (byte)'K', 3, 4, 0, 0, 0, 0, 0, 0]);
        File.Delete(path);
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<FileNotFoundException>()
            .WithMessage($"*{pickle} is a pickle*python -c*save_file*{path}*");
        FluentActions.Invoking(() => SafetensorsFile.Open(pickle)).Should().Throw<SafetensorsException>().WithMessage("*is a pickle*");
    }

    [Fact]
    public void Load_NotStrict_TakesWhatFitsAndReportsTheRest()
    {
        using UNet network = new(Small, 1), wider = new(Small with { BlocksPerLevel = 2 }, 2);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        Dictionary<string, Tensor> tensors = new(wider.state_dict()) { ["conv_out.bias"] = zeros(7) };
        tensors.Remove("conv_in.bias");
        SafetensorsWriter.Write(Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"), tensors);

        using TrainedModel model = ModelFolder.Load(folder.FullName, new LoadOptions { Strict = false });
        model.Report.IsComplete.Should().BeFalse();
        model.Report.Missing.Should().Contain("conv_in.bias");
        model.Report.Unexpected.Should().Contain("down_blocks.0.resnets.1.conv1.weight");
        model.Report.Mismatched.Should().Contain("conv_out.bias (expected F32 [1], found F32 [7])");
        model.Network.state_dict()["conv_in.weight"].Equals(wider.state_dict()["conv_in.weight"]).Should().BeTrue();
    }

    [Fact]
    public void Load_OneBitOfTheWeightsFlipped_IsRefused()
    {
        using var network = new UNet(Small, 1);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        using (TrainedModel model = ModelFolder.Load(folder.FullName)) model.Report.Verified.Should().BeTrue();
        string weights = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^5] ^= 8;
        File.WriteAllBytes(weights, bytes);
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<SafetensorsException>()
            .WithMessage($"{weights} is damaged, or was changed: the SHA-256 of its tensors must be *");
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("ema_model.")]
    public void Load_PrefixedWeights_NamesThePrefixAndTakesIt(string prefix)
    {
        using var network = new UNet(Small, 1);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        string weights = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors");
        Dictionary<string, Tensor> prefixed = network.state_dict().ToDictionary(pair => prefix + pair.Key, pair => pair.Value);
        prefixed["step"] = tensor(7L);
        SafetensorsWriter.Write(weights, prefixed);

        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName)).Should().Throw<InvalidDataException>()
            .WithMessage($"{weights} has the network's weights under names that begin with \"{prefix}\": give it as " +
            "LoadOptions.WeightPrefix to load them.");
        using (TrainedModel lenient = ModelFolder.Load(
            folder.FullName, new LoadOptions { Strict = false })) lenient.Report.Prefixes.Should().Equal(prefix);
        using TrainedModel model = ModelFolder.Load(folder.FullName, new LoadOptions { WeightPrefix = prefix });
        model.Report.IsComplete.Should().BeTrue();
        model.Report.LeftOut.Should().Equal("step");
        foreach ((string key, Tensor value) in network.state_dict()) value.Equals(model.Network.state_dict()[key]).Should().BeTrue(key);
    }

    [Theory]
    [InlineData(true, "*does not fit the network*")]
    [InlineData(false, "*do not belong together.")]
    public void Load_ConfigurationFarBeyondTheWeights_IsRefusedBeforeAnythingIsAllocated(bool strict, string message)
    {
        using var network = new UNet(Small);
        ModelFolder.Save(folder.FullName, network, new ReverseDiffusion(new LinearSchedule()));
        Edit("unet/config.json", json => json["block_out_channels"] = new JsonArray(16_384, 16_384));
        FluentActions.Invoking(() => ModelFolder.Load(folder.FullName, new LoadOptions { Strict = strict }))
            .Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void Save_ThatFails_LeavesTheOldFilesAndNothingElse()
    {
        using UNet first = new(Small, 1), second = new(Small, 2);
        ModelFolder.Save(folder.FullName, first, new ReverseDiffusion(new LinearSchedule()));
        string weights = Path.Combine(folder.FullName, "unet", "diffusion_pytorch_model.safetensors"),
            scheduler = Path.Combine(folder.FullName, "scheduler");
        byte[] before = File.ReadAllBytes(weights);
        // A folder can be made neither over a file nor beneath one.
        Directory.Delete(scheduler, recursive: true);
        File.WriteAllText(scheduler, "in the way");
        FluentActions.Invoking(() => ModelFolder.Save(folder.FullName, second, new ReverseDiffusion(new LinearSchedule())))
            .Should().Throw<IOException>();

        File.ReadAllBytes(weights).Should().Equal(before);
        // Written in full but not put in place: a process that ends here leaves the old one too.
        using (SafetensorsWriter.Stage(weights, second.state_dict())) File.ReadAllBytes(weights).Should().Equal(before);
        folder.GetFiles("*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public void Save_Again_TouchesOnlyWhatChanged()
    {
        using var network = new UNet(Small, 1);
        var process = new ReverseDiffusion(new LinearSchedule());
        ModelFolder.Save(folder.FullName, network, process);
        string configuration = Path.Combine(folder.FullName, "unet", "config.json");
        DateTime old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(configuration, old);
        using (no_grad()) network.state_dict()["conv_in.bias"].add_(1);
        ModelFolder.Save(folder.FullName, network, process);

        File.GetLastWriteTimeUtc(configuration).Should().Be(old);
        using TrainedModel model = ModelFolder.Load(folder.FullName);
        model.Network.state_dict()["conv_in.bias"].Equals(network.state_dict()["conv_in.bias"]).Should().BeTrue();
    }

    private static IEnumerable<(string Name, ReverseDiffusion Process)> AllProcesses()
    {
        ReverseDiffusionOptions v = new() { Prediction = Prediction.V };
        yield return ("linear", new ReverseDiffusion(new LinearSchedule(30, 0.001, 0.1)));
        yield return ("quadratic, small, unclipped", new ReverseDiffusion(
            new QuadraticSchedule(30), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall, Clipping = X0Clipping.None }));
        yield return ("sigmoid, wide clip", new ReverseDiffusion(
            new SigmoidSchedule(30), new ReverseDiffusionOptions { Clipping = X0Clipping.Static(2.5) }));
        yield return ("cosine, learned range, dynamic", new ReverseDiffusion(new CosineSchedule(30), new ReverseDiffusionOptions
        {
            Variance = ReverseVariance.LearnedRange,
            Clipping = X0Clipping.Dynamic(0.99, 3),
        }));
        yield return ("other cosine, learned", new ReverseDiffusion(
            new CosineSchedule(30, 0.02), new ReverseDiffusionOptions { Variance = ReverseVariance.Learned }));
        yield return ("laplace, floored", new ReverseDiffusion(
            new LaplaceSchedule(30), new ReverseDiffusionOptions { InitialLogVariance = InitialLogVariance.Floored }));
        yield return ("constant, x0", new ReverseDiffusion(
            new ConstantSchedule(30), new ReverseDiffusionOptions { Prediction = Prediction.X0 }));
        yield return ("warm-up, μ̃", new ReverseDiffusion(
            new WarmupSchedule(30), new ReverseDiffusionOptions { Prediction = Prediction.PosteriorMean }));
        yield return ("harmonic, v", new ReverseDiffusion(new HarmonicSchedule(30), v));
        yield return ("zero SNR of quadratic, v", new ReverseDiffusion(new ZeroTerminalSnrSchedule(new QuadraticSchedule(30)), v));
        yield return ("zero SNR of constant, v", new ReverseDiffusion(new ZeroTerminalSnrSchedule(new ConstantSchedule(30)), v));
        yield return ("tabulated", new ReverseDiffusion(new TabulatedSchedule([0.1, 0.123456789012345678, 0.3])));
    }

    private void Edit(string file, Action<JsonObject> edit)
    {
        string path = Path.Combine(folder.FullName, file);
        JsonObject json = Json(path);
        edit(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private static JsonObject Json(string path) => JsonNode.Parse(File.ReadAllText(path))!.AsObject();
}
