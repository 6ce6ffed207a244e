using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.Samples;
using Quickstart;

Option<int> steps = SampleProgram.Number("--steps", 1000, "Training steps", least: 1);
Option<int> samples = SampleProgram.Number("--samples", 256, "Samples to draw and to measure", least: 64);
Option<long> seed = SampleProgram.Seed();
Option<DirectoryInfo> output = SampleProgram.Folder("--out", "quickstart-out", "Folder for pictures and model");
Option<string> device = DeviceOption.Create();

var command = new RootCommand("Trains a small diffusion model on 1,797 handwritten digits, samples new ones and writes pictures.")
{
    steps, samples, seed, output, device,
};
return SampleProgram.Run(command, output, args, (parsed, stop, abort) =>
{
    var options = new QuickstartOptions(
        parsed.GetValue(steps),
        BatchSize: 128,
        parsed.GetValue(samples),
        parsed.GetValue(seed),
        parsed.GetValue(output)!,
        parsed.GetValue(device)!);
    // The first Ctrl-C ends the training, and its network samples; the second ends that.
    QuickstartRun.Execute(options, Console.Out, stop, abort);
});
