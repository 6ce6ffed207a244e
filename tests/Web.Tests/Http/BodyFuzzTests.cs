using System.Text;
using Ddpm.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using TorchSharp;

namespace Ddpm.Web.Tests.Http;

public sealed class BodyFuzzTests
{
    [Fact]
    public async Task Bodies_ChangedAtRandom_AreReadOrAnsweredWith400()
    {
        using var model = new GatedModel(3);
        using var served = new ServedModel(model, TestServer.Process, [1, 8, 8], "tiny", torch.CPU, 1234, null);
        var options = new ServerOptions();
        var reader = new RequestReader(new SettingsReader(served, options), options);
        // A name with a line break, which is an escape in JSON.
        var broken = new DefaultHttpContext();
        broken.Request.ContentType = "application/json";
        broken.Request.Body = new MemoryStream("{\"a\\nb\":1,\"steps\":[\n]}"u8.ToArray());
        (_, IResult? lines) = await reader.ReadAsync(broken.Request);
        ((ProblemHttpResult)lines!).ProblemDetails.Detail.Should().Contain("given ab too").And.Contain("is [].").And.NotContain("\n");
        byte[] good = Encoding.UTF8.GetBytes("""{"sampler":"ddim","steps":5,"count":2,"seed":7,"label":null,"guidance":1.5}""");
        var run = new FuzzRun("web body", "");
        foreach (byte[] changed in Mutations.Of(good, Mutations.Count(1000), seed: 5))
        {
            var context = new DefaultHttpContext();
            context.Request.ContentType = "application/json";
            context.Request.Body = new MemoryStream(changed);
            await run.TryAsync(changed, async () =>
            {
                (JobSettings? settings, IResult? error) = await reader.ReadAsync(context.Request);
                if (settings is not null) return null;
                ((IStatusCodeHttpResult)error!).StatusCode.Should().Be(StatusCodes.Status400BadRequest);
                return ((ProblemHttpResult)error).ProblemDetails.Detail ?? "";
            });
        }

        run.Require(leastRefused: 0.5);
    }
}
