#:package Ddpm.Training@0.1.0-ci
#:package TorchSharp-cpu@0.107.0
#:property UseCurrentRuntimeIdentifier=true
#:property CreateHardLinksForCopyLocalIfPossible=true
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Training;
using TorchSharp;

// What .ci/run starts in each way that .NET runs a program: a tensor first, then load, sample, train, checkpoint, resume, save.
using torch.Tensor clean = torch.zeros(2, 1, 8, 8);
string output = Directory.CreateDirectory(args[1]).FullName;
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
string saved = Path.Combine(output, "model"), measured = Path.Combine(output, "calibration.json");
foreach (int steps in (int[])[2, 4])
{
    using var network = new UNet(options, seed: 1);
    using var trainer = Trainer.Create(network, new ReverseDiffusion(new LinearSchedule(20, 1e-3, 0.5)));
    var checkpoints = new CheckpointStore(Path.Combine(output, "checkpoints"), every: 2);
    Console.WriteLine($"resumed: {checkpoints.RestoreLatest(trainer)}");
    trainer.Run(new ShuffledBatches(images, batchSize: 4, seed: 1), steps, hooks: [checkpoints]);
    using (trainer.Ema.SwapIn()) ModelFolder.Save(saved, network, trainer.Process);
}

using TrainedModel again = ModelFolder.Load(saved);
NoiseCalibration.Measure(again.Network, again.Process, clean, new PerSampleNoise(1)).Save(measured);
Console.WriteLine($"all of it ran: {NoiseCalibration.Load(measured).MeanSquares.Length} numbers");
