using System.CommandLine;
using Anomalies;
using Ddpm.Core;
using Ddpm.Samples;

Option<DirectoryInfo> data = SampleProgram.Folder(
    "--data",
    "/usr/share/datasets/fashion-mnist",
    "Folder with Fashion-MNIST's four IDX files (.gz)");
Option<int> normal = SampleProgram.Number("--class", AnomalySets.Sneaker, "The class that is normal", least: 0, most: 9);
Option<int> steps = SampleProgram.Number("--steps", 700, "Training steps of each of the two networks", least: 1);
Option<int> percent = SampleProgram.Number(
    "--noise", 25, "How far noise is added, in per cent of the sampler's steps", 1, DiffusionMethod.MostPercent);
Option<int> pictures = SampleProgram.Number("--pictures", 100, "The most pictures of each kind that are scored", 2, 500);
var isShort = new Option<bool>("--short") { Description = "Seconds instead of minutes, to see that it runs; the numbers mean nothing" };
Option<long> seed = SampleProgram.Seed();
Option<DirectoryInfo> output = SampleProgram.Folder("--out", "anomalies-out", "Folder for checkpoints, anomalies.md and anomalies.png");

var command = new RootCommand(
    "Learns one class of clothes by diffusion, with white and with structured noise, and finds what does not belong: other classes and "
    + "drawn defects, beside plain baselines.")
{
    data, normal, steps, percent, pictures, isShort, seed, output,
};
return SampleProgram.Run(command, output, args, (parsed, stop, _) =>
{
    TorchRuntime.EnsureLoaded();
    bool quick = parsed.GetValue(isShort);
    var options = new AnomalyOptions(
        parsed.GetValue(data)!,
        parsed.GetValue(normal),
        quick ? 5 : parsed.GetValue(steps),
        parsed.GetValue(percent),
        quick ? 4 : parsed.GetValue(pictures),
        parsed.GetValue(seed),
        parsed.GetValue(output)!);
    AnomalyRun.Execute(options, Console.Out, stop);
}, stopped: "Stopped; the same command continues.");
