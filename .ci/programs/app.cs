#:package Ddpm.Training@0.1.0-ci
#:package TorchSharp-cpu@0.107.0
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp;

// Loads, samples, writes a picture, trains, checkpoints, resumes and saves: in each way that .NET runs a program.
string output = args[1];
using (TrainedModel model = ModelFolder.Load(args[0]))
{
    var sampler = new DdpmSampler(model.Network, model.Process.Respace(2));
    using torch.Tensor samples = sampler.Sample(model.Request(count: 2, seed: 1));
    using torch.Tensor pixels = PixelConversion.ToBytes(samples);
    using torch.Tensor grid = ImageGrid.Compose(pixels);
    ImageFile.SavePng(Path.Combine(output, "clothes.png"), grid);
}

var options = new UNetOptions
{
    Height = 8, Width = 8, InChannels = 1, OutChannels = 1, BaseChannels = 8, ChannelMultipliers = [1, 2], AttentionResolutions = [],
    NormGroups = 4,
};
using torch.Tensor noise = torch.randint(256, [16, 1, 8, 8], torch.uint8);
using var images = new ImageDataset(noise);
string saved = Path.Combine(output, "model"), folder = Path.Combine(output, "checkpoints");
foreach (int steps in (int[])[2, 4])
{
    using var network = new UNet(options, seed: 1);
    using var trainer = Trainer.Create(network, new ReverseDiffusion(new LinearSchedule(20, 1e-3, 0.5)));
    var checkpoints = new CheckpointStore(folder, every: 2);
    Console.WriteLine($"resumed: {checkpoints.RestoreLatest(trainer)}");
    trainer.Run(new ShuffledBatches(images, batchSize: 4, seed: 1), steps, hooks: [checkpoints]);
    using (trainer.Ema.SwapIn()) ModelFolder.Save(saved, network, trainer.Process);
}

using TrainedModel again = ModelFolder.Load(saved);
var calibration = NoiseCalibration.Measure(again.Network, again.Process, torch.zeros(2, 1, 8, 8), new PerSampleNoise(1));
calibration.Save(Path.Combine(output, "calibration.json"));
Console.WriteLine($"whole: {again.SampleShape.Count} axes, {NoiseCalibration.Load(Path.Combine(output, "calibration.json")).MeanSquares.Length} numbers");
