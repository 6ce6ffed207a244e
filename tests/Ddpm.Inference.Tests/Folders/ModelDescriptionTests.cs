using System.Diagnostics;

namespace Ddpm.Inference.Tests.Folders;

public sealed class ModelDescriptionTests : IDisposable
{
    private readonly ModelFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void Read_WhatFilesWrote_IsTheSame()
    {
        ModelDescription read = ModelDescription.Read(files.Folder);
        read.Network.Should().Be(ModelFiles.Model.Network);
        read.IgnoredFields.Should().BeEmpty();
        ProcessDescription process = read.Process!, expected = ModelFiles.Model.Process!;
        (process.Prediction, process.Variance, process.Clipping, process.InitialLogVariance, process.Timesteps)
            .Should().Be((expected.Prediction, expected.Variance, expected.Clipping, expected.InitialLogVariance, expected.Timesteps));
        Enumerable.Range(0, 250).Select(process.Schedule.Beta).Should().Equal(Enumerable.Range(0, 250).Select(expected.Schedule.Beta));
    }

    [Fact]
    public void Read_NetworkAlone_HasNoProcess()
    {
        Directory.Delete(files["scheduler"], recursive: true);
        ModelDescription.Read(files.Folder).Process.Should().BeNull();
        FluentActions.Invoking(() => ModelDescription.Read(files["unet/none"])).Should().Throw<DirectoryNotFoundException>();
        File.Delete(files[ModelFiles.Network]);
        FluentActions.Invoking(() => ModelDescription.Read(files.Folder)).Should().Throw<FileNotFoundException>().WithMessage(
            "*no unet/config.json and no config.json*");
    }

    // The kinds of ../shared/cases, and their neighbours.
    [Theory]
    [InlineData(ModelFiles.Network, "block_out_channels", "[0,0]",
        "*config.json: block_out_channels must be a list of whole numbers from 1 to 16384, but has 0 at place 0.")]
    [InlineData(ModelFiles.Network, "block_out_channels", "[65536,65536]", "*but has 65536 at place 0.")]
    [InlineData(ModelFiles.Network, "block_out_channels", "[1073741824,1073741824]", "*but has 1073741824 at place 0.")]
    [InlineData(ModelFiles.Network, "block_out_channels", "[]", "*block_out_channels must be at least one number, but is [].")]
    [InlineData(ModelFiles.Network, "block_out_channels", "null",
        "*block_out_channels must be a list of at most 20 whole numbers from 1 to 16384, but is null.")]
    [InlineData(ModelFiles.Network, "layers_per_block", "1000000",
        "*layers_per_block must be a whole number from 1 to 128, but is 1000000.")]
    [InlineData(ModelFiles.Network, "sample_size", "[8]", "*sample_size must be a whole number or a list of two, but is [8].")]
    [InlineData(ModelFiles.Network, "sample_size", "[null,8]",
        "*sample_size must be a list of whole numbers from 1 to 65536, but has null at place 0.")]
    [InlineData(ModelFiles.Network, "sample_size", "[\"a\",8]",
        "*sample_size must be a list of whole numbers from 1 to 65536, but has a at place 0.")]
    [InlineData(ModelFiles.Network, "sample_size", "[8.0,8.0]",
        "*sample_size must be a list of whole numbers from 1 to 65536, but has 8.0 at place 0.")]
    [InlineData(ModelFiles.Network, "sample_size", "9", "*sample_size must be a positive multiple of 2 = 2^(levels-1), but is 9.")]
    [InlineData(ModelFiles.Network, "sample_size", null, "*sample_size is missing.")]
    [InlineData(ModelFiles.Network, "norm_num_groups", "3", "*norm_num_groups must be a divisor of the 16 channels of level 0, but is 3.")]
    [InlineData(ModelFiles.Network, "act_fn", "\"relu\"", "*act_fn must be silu, but is relu.")]
    [InlineData(ModelFiles.Network, "dropout", "null", "*dropout must be a number from 0 to 1, but is null.")]
    [InlineData(ModelFiles.Network, "down_block_types", "[\"DownBlock2D\"]",
        "*down_block_types must be 2 of DownBlock2D and AttnDownBlock2D, but is [\"DownBlock2D\"].")]
    [InlineData(ModelFiles.Network, "num_class_embeds", "2000000000",
        "*num_class_embeds must be null or a whole number from 1 to 1000000, but is 2000000000.")]
    [InlineData(ModelFiles.Scheduler, "num_train_timesteps", "100000000",
        "*scheduler_config.json: num_train_timesteps must be a whole number from 1 to 100000, but is 100000000.")]
    [InlineData(ModelFiles.Scheduler, "num_train_timesteps", "2147483647", "*but is 2147483647.")]
    [InlineData(ModelFiles.Scheduler, "num_train_timesteps", "null", "*but is null.")]
    [InlineData(ModelFiles.Scheduler, "beta_end", "1.5", "*beta_end must be greater than 0 and less than 1, but is 1.5.")]
    [InlineData(ModelFiles.Scheduler, "beta_schedule", "null",
        "*beta_schedule must be linear, scaled_linear, sigmoid, squaredcos_cap_v2 or laplace, but is null.")]
    [InlineData(ModelFiles.Scheduler, "trained_betas", "[0.1,\"x\"]",
        "*trained_betas must be a list of numbers from 0 to 1, but has x at place 1.")]
    [InlineData(ModelFiles.Scheduler, "clip_sample", "1", "*clip_sample must be true or false, but is 1.")]
    [InlineData(ModelFiles.Scheduler, "clip_sample_range", "-1", "*clip_sample_range must be a finite number, at least 0, but is -1.")]
    [InlineData(ModelFiles.Scheduler, "prediction_type", "7", "*prediction_type must be text, but is 7.")]
    [InlineData(ModelFiles.Index, "_class_name", "\"StableDiffusionPipeline\"",
        "*model_index.json: _class_name must be DDPMPipeline, DDIMPipeline or PNDMPipeline, but is StableDiffusionPipeline.")]
    public void Read_WhatIsWrong_NamesFileFieldExpectedAndActual(string file, string field, string? value, string message)
    {
        files.Set(file, field, value);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        FluentActions.Invoking(() => ModelDescription.Read(files.Folder)).Should().Throw<InvalidDataException>().WithMessage(message);
        // Loaded machines are slow: the bound is that of a hang, the memory is exact.
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(20_000_000);
    }

    [Theory]
    [InlineData("clip_sample", "none")]
    [InlineData("thresholding", "unit")]
    [InlineData("rescale_betas_zero_snr", "unit")]
    [InlineData("variance_type", "unit")]
    [InlineData("trained_betas", "unit")]
    [InlineData("clip_sample_range", "none")]
    public void Read_Null_MeansWhatDiffusersTakesItFor(string field, string clipping)
    {
        if (field == "clip_sample_range") files.Set(ModelFiles.Scheduler, "clip_sample", "false");
        files.Set(ModelFiles.Scheduler, field, "null");
        ProcessDescription process = ModelDescription.Read(files.Folder).Process!;
        process.Clipping.Should().Be(clipping == "none" ? ClippingDescription.None : ClippingDescription.Unit);
        process.Variance.Should().Be(field == "variance_type" ? "fixed_small" : "fixed_large");
        process.Schedule.Should().BeOfType<LinearSchedule>();
    }

    [Fact]
    public void Read_NullFlagsOfTheNetwork_AreFalse()
    {
        files.Set(ModelFiles.Network, "flip_sin_to_cos", "null");
        files.Set(ModelFiles.Network, "center_input_sample", "null");
        files.Set(ModelFiles.Network, "attention_head_dim", "null");
        files.Set(ModelFiles.Network, "downsample_type", "null");
        UNetOptions network = ModelDescription.Read(files.Folder).Network;
        (network.CosineFirst, network.CenterInput, network.AttentionHeadChannels).Should().Be((false, false, null));
    }

    [Fact]
    public void Read_DuplicateFieldOrPipe_IsRefused()
    {
        byte[] network = files.Bytes(ModelFiles.Network);
        files.Write(ModelFiles.Network, [(byte)'{', .. "\"act_fn\": \"relu\", "u8, .. network[1..]]);
        FluentActions.Invoking(() => ModelDescription.Read(files.Folder)).Should().Throw<InvalidDataException>().WithMessage(
            "*config.json: act_fn must occur once, but occurs twice.");
        if (OperatingSystem.IsWindows()) return;
        File.Delete(files[ModelFiles.Network]);
        using (Process process = Process.Start("mkfifo", files[ModelFiles.Network])) process.WaitForExit();
        FluentActions.Invoking(() => ModelDescription.Read(files.Folder)).Should().Throw<InvalidDataException>().WithMessage(
            "*config.json must be a regular file with contents*");
    }

    [Fact]
    public void Files_BeyondWhatCanBeReadAgain_AreRefused()
    {
        ModelDescription model = ModelFiles.Model;
        (ModelDescription Model, string Message)[] cases =
        [
            (model with { Network = model.Network with { BaseChannels = 20_000 } }, "*block_out_channels*20000*"),
            (model with { Process = model.Process! with { Schedule = new LinearSchedule(200_000, 1e-6, 1e-5) } }, "*200000*"),
            (model with { Process = model.Process! with { Schedule = new RespacedSchedule(new LinearSchedule(), [0, 10]) } },
                "A RespacedSchedule of a RespacedSchedule cannot be written*"),
        ];
        foreach ((ModelDescription refused, string message) in cases)
        {
            refused.Invoking(description => description.Files()).Should().Throw<NotSupportedException>().WithMessage(message);
        }
    }
}
