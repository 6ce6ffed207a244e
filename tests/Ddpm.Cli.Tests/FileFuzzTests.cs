using System.Text;
using Ddpm.Tests;

namespace Ddpm.Cli.Tests;

/// <summary>Files of the command line that were changed at random end in one line, or are read.</summary>
public sealed class FileFuzzTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public void Config_ChangedAtRandom_IsOneLineWithCodeTwo()
    {
        byte[] good = Encoding.UTF8.GetBytes(
            """{"model":"nowhere","out":"o","sampler":"ddim","steps":3,"eta":0.5,"label":"1,2","save-tensors":true,"grid":null}""");
        int refused = 0, count = Mutations.Count(1000);
        var run = new FuzzRun("--config", "");
        foreach (byte[] changed in Mutations.Of(good, count, seed: 3))
        {
            File.WriteAllBytes(here["config.json"], changed);
            run.Try(changed, () =>
            {
                (int code, string output, string error) = here.Run("sample", "--config", "{config.json}");
                // Options that are read well name a model that is not there.
                code.Should().BeOneOf([1, 2], error);
                output.Should().BeEmpty();
                error.Should().NotContain("Exception");
                if (code == 2) refused++;
                return error.TrimEnd();
            });
        }

        run.Require(leastRefused: 0.5);
        refused.Should().BeGreaterThan(count / 2);
    }

    [Theory]
    [InlineData("run/checkpoints/step-000000001/checkpoint.json", "inspect {run/checkpoints/step-000000001}")]
    [InlineData("samples/samples.json", "sample {run/model} --out {samples} --count 1 --steps 2")]
    [InlineData("run/model/unet/config.json", "inspect {run/model}")]
    [InlineData("run/model/scheduler/scheduler_config.json", "inspect {run/model}")]
    public void Files_ChangedAtRandom_AreOneLineWithCodeOne(string file, string command)
    {
        here.SaveIdx("images", 4, seed: 1);
        here.Json(
            [
                "train", "--data", "{images}", "--out", "{run}", "--steps", "1", "--channels", "8", "--multipliers", "1", "--blocks", "1",
                "--timesteps", "21", "--batch-size", "2", "--grid-every", "9",
            ]);
        here.Json(["sample", "{run/model}", "--out", "{samples}", "--count", "1", "--steps", "2"]);
        byte[] good = File.ReadAllBytes(here[file]);
        var run = new FuzzRun($"{command.Split(' ')[0]} of {Path.GetFileName(file)}", "");
        foreach (byte[] changed in Mutations.Of(good, Mutations.Count(100), seed: 4))
        {
            if (changed.AsSpan().SequenceEqual(good)) continue;
            File.WriteAllBytes(here[file], changed);
            run.Try(changed, () =>
            {
                (int code, _, string error) = here.Run(command.Split(' '));
                code.Should().BeOneOf(file.EndsWith("checkpoint.json", StringComparison.Ordinal) ? [1] : [0, 1], error);
                error.Should().NotContain("Exception");
                return code == 0 ? null : error.TrimEnd();
            });
        }

        run.Require(leastRefused: 0.3);
    }
}
