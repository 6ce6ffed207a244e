using System.Net.Http.Json;
using System.Text.Json;
using Ddpm.Core;
using Ddpm.Hosting;
using Ddpm.Inference;
using Ddpm.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Ddpm.Web.Tests;

public sealed class WebCommandTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-web-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Run_NoSuchFolder_IsOneLineAndCodeOne()
    {
        (int code, string output, string error) = await RunAsync("--model", "nowhere");
        (code, output, error.Trim()).Should().Be((1, "", "--model: the folder nowhere does not exist."));
    }

    [Fact]
    public async Task Run_FolderThatHoldsNoModel_IsOneLineAndCodeOne()
    {
        (int code, _, string error) = await RunAsync("--model", folder.FullName);
        code.Should().Be(1);
        error.Trim().Should().Be($"{folder.FullName} is not a model folder: it has no unet/config.json and no config.json.");
    }

    [Fact]
    public async Task Find_NothingAskedFor_IsTheModelThatComesWithTheProgram()
    {
        await using WebApplication app = WebServer.Create(new ServerOptions { Port = 0 });
        ModelInformation model = await app.Services.GetRequiredService<IDdpmService>().DescribeAsync();
        (model.Title, model.Timesteps, model.Classes).Should().Be(("fashion-mnist-v", 1000, 10));
        (model.Channels, model.Height, model.Width).Should().Be((1, 28, 28));

        // libtorch computes the same network.
        using InferenceModel tensors = TensorModel.Load(ServerOptions.IncludedModel, "cpu"), spans = InferenceModel.Load(
            ServerOptions.IncludedModel);
        var request = new InferenceRequest { Seed = 1, Labels = [3], GuidanceScale = 2 };
        var two = new InferenceSamplerOptions { Steps = 2 };
        using InferenceSampler one = tensors.CreateSampler(SamplingMethod.Ddim, two), other = spans.CreateSampler(SamplingMethod.Ddim, two);
        one.Sample(request).Zip(other.Sample(request)).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-3);
    }

    [Theory]
    [InlineData("--port 70000", "--port must be a whole number from 0 to 65535, but is 70000.")]
    [InlineData("--max-count 0", "--max-count must be a whole number from 1 to 1024, but is 0.")]
    [InlineData("--queue 0", "--queue must be a whole number from 1 to 10000, but is 0.")]
    [InlineData("--max-steps 0", "--max-steps must be a whole number of at least 1, but is 0.")]
    [InlineData("--address here", "--address must be an IP address such as 127.0.0.1, but is here.")]
    [InlineData("--device tpu", "--device must be cpu, cuda or cuda:N, but is tpu.")]
    [InlineData("--prot 8080", "ddpm-web has no option --prot; did you mean --port? See ddpm-web --help.")]
    public async Task Run_Mistake_IsOneLineAndCodeTwo(string arguments, string message)
    {
        (int code, string output, string error) = await RunAsync(arguments.Split(' '));
        (code, output, error.Trim()).Should().Be((2, "", message));
    }

    [Fact]
    public async Task Run_AddressOfAnotherMachine_NamesTheOption()
    {
        (int code, string output, string error) = await RunAsync("--address", "192.0.2.1", "--port", "0");
        (code, output).Should().Be((1, ""));
        error.Should().StartWith("--address must be an address of this machine, but is 192.0.2.1: ");
    }

    [Fact]
    public async Task Run_ModelFolder_ServesUntilStopped()
    {
        using var model = new GatedModel();
        ModelFolder.Save(folder.FullName, model.Network, TestServer.Process);
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter();
        using var error = new StringWriter();
        Task<int> running = WebCommand.RunAsync(["--model", folder.FullName, "--port", "0"], output, error, stop.Token);
        await TestServer.UntilAsync(
            () => running.IsCompleted || output.ToString().Contains("Ctrl-C", StringComparison.Ordinal),
            () => output.ToString() + error);
        string text = output.ToString();
        text.Should().MatchRegex(@"\(1×8×8, [\d,]+ parameters\) at http://127\.0\.0\.1:\d+");
        var address = new Uri(text[text.IndexOf("http://", StringComparison.Ordinal)..].Split('\n')[0].Trim());
        using var client = new HttpClient { BaseAddress = address };
        JsonElement answer = await (
            await client.PostAsJsonAsync("/api/samples", new { steps = 2, count = 1 })).Content.ReadFromJsonAsync<JsonElement>();
        answer.GetProperty("images").GetArrayLength().Should().Be(1);

        // A second server finds the port taken.
        (int code, _, string taken) = await RunAsync("--model", folder.FullName, "--port", $"{address.Port}");
        code.Should().Be(1);
        taken.Should().Contain($"{address.Port}").And.NotContain("   at ");

        await stop.CancelAsync();
        (await running).Should().Be(0);
        error.ToString().Should().BeEmpty();
        await FluentActions.Awaiting(() => client.GetAsync("/health")).Should().ThrowAsync<HttpRequestException>();
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = await WebCommand.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
