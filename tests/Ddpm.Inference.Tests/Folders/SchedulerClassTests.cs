using System.Text;

namespace Ddpm.Inference.Tests.Folders;

/// <summary>Folders that name other samplers of diffusers than DDPM and DDIM.</summary>
public sealed class SchedulerClassTests : IDisposable
{
    private readonly ModelFiles files = new();

    public void Dispose() => files.Dispose();

    // diffusers' defaults of each class.
    [Theory]
    [InlineData("DDPMScheduler", 1e-4, 0.02, true)]
    [InlineData("DDIMScheduler", 1e-4, 0.02, true)]
    [InlineData("DDPMParallelScheduler", 1e-4, 0.02, true)]
    [InlineData("PNDMScheduler", 1e-4, 0.02, false)]
    [InlineData("LMSDiscreteScheduler", 1e-4, 0.02, false)]
    [InlineData("EulerDiscreteScheduler", 1e-4, 0.02, false)]
    [InlineData("EulerAncestralDiscreteScheduler", 1e-4, 0.02, false)]
    [InlineData("HeunDiscreteScheduler", 0.00085, 0.012, false)]
    [InlineData("KDPM2DiscreteScheduler", 0.00085, 0.012, false)]
    [InlineData("KDPM2AncestralDiscreteScheduler", 0.00085, 0.012, false)]
    [InlineData("DPMSolverMultistepScheduler", 1e-4, 0.02, false)]
    [InlineData("DPMSolverSinglestepScheduler", 1e-4, 0.02, false)]
    [InlineData("DPMSolverSDEScheduler", 0.00085, 0.012, false)]
    [InlineData("DEISMultistepScheduler", 1e-4, 0.02, false)]
    [InlineData("UniPCMultistepScheduler", 1e-4, 0.02, false)]
    [InlineData("SASolverScheduler", 1e-4, 0.02, false)]
    public void Read_ClassAlone_HasItsDefaults(string name, double first, double last, bool clips)
    {
        Scheduler($$"""{"_class_name": "{{name}}"}""");
        ModelDescription read = ModelDescription.Read(files.Folder);
        read.Scheduler.Should().Be(name);
        ProcessDescription process = read.Process!;
        process.Schedule.Should().BeOfType<LinearSchedule>();
        (process.Schedule.Timesteps, process.Schedule.Beta(0), process.Schedule.Beta(999)).Should().Be((1000, first, last));
        (process.Prediction, process.Variance).Should().Be(("epsilon", "fixed_small"));
        process.Clipping.Should().Be(clips ? ClippingDescription.Unit : ClippingDescription.None);
    }

    [Fact]
    public void Read_FieldsOfTheProcess_AreReadAndThoseOfTheSamplerReported()
    {
        Scheduler("""
            {
              "_class_name": "PNDMScheduler", "_diffusers_version": "0.6.0", "beta_end": 0.012, "beta_schedule": "scaled_linear",
              "beta_start": 0.00085, "clip_sample": true, "num_train_timesteps": 500, "prediction_type": "v_prediction",
              "rescale_betas_zero_snr": true, "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1,
              "trained_betas": null, "use_flow_sigmas": false
            }
            """);
        ModelDescription read = ModelDescription.Read(files.Folder);
        var zero = read.Process!.Schedule.Should().BeOfType<ZeroTerminalSnrSchedule>().Subject;
        (zero.Original, read.Process.Prediction, read.Process.Clipping).Should().BeEquivalentTo(
            (new QuadraticSchedule(500, 0.00085, 0.012), "v_prediction", ClippingDescription.Unit));
        read.IgnoredFields.Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..]).Should()
            .BeEquivalentTo("set_alpha_to_one = false", "skip_prk_steps = true", "steps_offset = 1");
    }

    [Theory]
    [InlineData("EulerDiscreteScheduler", "\"timestep_type\": \"continuous\"", "timestep_type must be discrete, but is continuous.")]
    [InlineData("DPMSolverMultistepScheduler", "\"use_flow_sigmas\": true",
        "use_flow_sigmas must be false or absent (flow matching has no β_t), but is true.")]
    [InlineData("UniPCMultistepScheduler", "\"use_flow_sigmas\": 1", "use_flow_sigmas must be true or false, but is 1.")]
    [InlineData("DDIMScheduler", "\"snr_shift_scale\": 3.0", "snr_shift_scale must be 1 or absent, but is 3.0.")]
    [InlineData("HeunDiscreteScheduler", "\"beta_schedule\": \"exp\"",
        "beta_schedule must be linear, scaled_linear, sigmoid, squaredcos_cap_v2 or laplace, but is exp.")]
    [InlineData("LMSDiscreteScheduler", "\"beta_end\": 2", "beta_end must be greater than 0 and less than 1, but is 2.")]
    [InlineData("PNDMScheduler", "\"predict_epsilon\": false, \"prediction_type\": \"epsilon\"",
        "prediction_type must be sample beside predict_epsilon = false, but is epsilon.")]
    [InlineData("FlowMatchEulerDiscreteScheduler", "\"shift\": 3.0", "_class_name must be DDPMScheduler, DDIMScheduler, *, but is Flow*")]
    [InlineData("IPNDMScheduler", "\"trained_betas\": null", "_class_name must be *, but is IPNDMScheduler.")]
    public void Read_AnotherProcess_IsRefusedByName(string name, string fields, string message)
    {
        Scheduler($$"""{"_class_name": "{{name}}", {{fields}}}""");
        FluentActions.Invoking(() => ModelDescription.Read(files.Folder)).Should().Throw<InvalidDataException>()
            .WithMessage("*scheduler_config.json: " + message);
    }

    [Theory]
    [InlineData("true", "epsilon")]
    [InlineData("false", "sample")]
    [InlineData("null", "epsilon")]
    public void Read_FlagOfEarlyVersions_SaysWhatTheNetworkPredicts(string flag, string prediction)
    {
        Scheduler($$"""{"_class_name": "DDPMScheduler", "predict_epsilon": {{flag}}}""");
        ModelDescription read = ModelDescription.Read(files.Folder);
        read.Process!.Prediction.Should().Be(prediction);
        read.IgnoredFields.Should().BeEmpty();
    }

    [Fact]
    public void Read_NetworkAlone_NamesNoScheduler()
    {
        ModelDescription.Read(files.Folder).Scheduler.Should().Be("DDPMScheduler");
        Directory.Delete(files["scheduler"], recursive: true);
        ModelDescription.Read(files.Folder).Scheduler.Should().BeNull();
    }

    private void Scheduler(string json) => files.Write(ModelFiles.Scheduler, Encoding.UTF8.GetBytes(json));
}
