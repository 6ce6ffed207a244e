using Ddpm.Core;
using Ddpm.Inference;

// dotnet run -c Release -- --model out/model
// GET /?seed=1&label=3 answers with a sample as PNG. The label is for models with classes.
var builder = WebApplication.CreateBuilder(args);
WebApplication app = builder.Build();

using InferenceModel model = InferenceModel.Load(builder.Configuration["model"] ?? "model");
using InferenceSampler sampler = model.CreateSampler(SamplingMethod.DpmSolver, new InferenceSamplerOptions { Steps = 20 });
using var turn = new SemaphoreSlim(1); // one sample after the other, each on all cores
(int channels, int height, int width) = model.SampleShape is [1 or 3, _, _] shape
    ? (shape[0], shape[1], shape[2])
    : throw new InvalidDataException("The model must draw pictures of 1 or 3 channels.");
int classes = model.Network.ClassCount;

app.MapGet("/", async (CancellationToken gone, long seed = 0, long label = 0) =>
{
    if (classes > 0 && (label < 0 || label >= classes)) return Results.BadRequest($"label must be 0 … {classes - 1}, but is {label}.");
    await turn.WaitAsync(gone);
    try
    {
        var request = new InferenceRequest { Count = 1, Seed = seed, Labels = classes > 0 ? [label] : null };
        float[] sample = await Task.Run(() => sampler.Sample(request, progress: null, gone), gone);
        var pixels = new byte[sample.Length];
        PixelBytes.Interleave(sample, channels, pixels);
        var png = new MemoryStream();
        PngEncoder.Write(png, pixels, width, height, channels);
        return Results.File(png.ToArray(), "image/png");
    }
    finally
    {
        turn.Release();
    }
});

app.Run();
