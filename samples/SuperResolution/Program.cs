using System.CommandLine;
using Ddpm.Samples;

Option<int> steps = SampleProgram.Number("--steps", 1200, "Training steps", least: 1);
Option<int> samples = SampleProgram.Number("--samples", 1000, "Test pictures that are made small, drawn again and measured", least: 2);
Option<int> channels = SampleProgram.Number("--channels", 16, "Channels of the network's first level, a multiple of 8", least: 8);
Option<DirectoryInfo> data = SampleProgram.Folder(
    "--data",
    "/usr/share/datasets/fashion-mnist",
    "Folder with Fashion-MNIST's four IDX files (.gz), of Debian's package dataset-fashion-mnist: 7×7 → 28×28");
var images = new Option<DirectoryInfo?>("--images")
{
    Description = "Folder of colour pictures in its place: 16×16 → 64×64; every eighth is kept for the test",
    HelpName = "folder",
};
Option<long> seed = SampleProgram.Seed();
Option<DirectoryInfo> output = SampleProgram.Folder(
    "--out", "super-resolution-out", "Folder for the model, checkpoints and the picture; an existing training is resumed");

var command = new RootCommand("Trains a network to draw pictures four times as large, and measures them against bicubic interpolation.")
{
    steps, samples, channels, data, images, seed, output,
};
return SampleProgram.Run(
    command,
    output,
    args,
    (parsed, stop, _) => SuperResolutionRun.Execute(
        new SuperResolutionOptions(
            parsed.GetValue(data)!,
            parsed.GetValue(images),
            parsed.GetValue(steps),
            parsed.GetValue(samples),
            parsed.GetValue(channels),
            parsed.GetValue(seed),
            parsed.GetValue(output)!),
        Console.Out,
        stop),
    stopped: "Stopped; the same command continues.");
