using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Training;
using DdpmTrain;

// dotnet run -c Release                     trains on 1,797 handwritten digits
// dotnet run -c Release -- 20000 pictures   takes 20,000 steps on the pictures of a folder
// Ctrl-C stops the training and samples; the next start resumes.
const int size = 32;
int steps = args.Length > 0 ? int.Parse(args[0]) : 2000;
using ImageDataset images = args.Length > 1 ? Load(args[1]) : Digits.Load();

int height = (int)images.Shape[1], width = (int)images.Shape[2], channels = (int)images.Shape[0];
using var network = new UNet(new UNetOptions
{
    Height = height, Width = width, InChannels = channels, OutChannels = channels,
    BaseChannels = 32, ChannelMultipliers = [1, 2], BlocksPerLevel = 1, AttentionResolutions = [], NormGroups = 8, Dropout = 0,
});
var process = new ReverseDiffusion(new LinearSchedule(), new ReverseDiffusionOptions { Variance = ReverseVariance.FixedSmall });
using var trainer = Trainer.Create(network, process, new TrainingOptions { LearningRate = 1e-3, WarmupSteps = 100 });

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = !stop.IsCancellationRequested; // a second Ctrl-C ends the program
    stop.Cancel();
};

Directory.CreateDirectory("out");
var checkpoints = new CheckpointStore("out/checkpoints", every: 500);
if (checkpoints.RestoreLatest(trainer)) Console.WriteLine($"Resuming after {trainer.StepsDone:N0} steps");
var progress = new Progress<TrainingProgress>(at =>
{
    if (at.Step % 100 == 0) Console.WriteLine($"step {at.Step:N0} of {steps:N0}, loss {at.Loss:F4}");
});
trainer.Run(new ShuffledBatches(images, batchSize: 64, seed: 1), steps, progress, [checkpoints], stop.Token);

using (trainer.Ema.SwapIn())
{
    network.eval();
    ModelFolder.Save("out/model", network, process);
    var sampler = new DdpmSampler(network, process.Respace(100));
    using var samples = sampler.Sample(new SamplingRequest { Count = 16, SampleShape = images.Shape, Noise = new PerSampleNoise(1) });
    using var pixels = PixelConversion.ToBytes(samples);
    using var grid = ImageGrid.Compose(pixels);
    ImageFile.SavePng("out/samples.png", grid);
}

Console.WriteLine("out/samples.png has 16 samples, out/model the model");

static ImageDataset Load(string folder) =>
    new ImageFolder(folder, new ImageFolderOptions { Load = new ImageLoadOptions { Size = (size, size) } }).ToMemory();
