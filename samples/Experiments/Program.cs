using System.CommandLine;
using Ddpm.Core;
using Ddpm.Experiments;
using Ddpm.Samples;

(string Name, Action<Experiment> Make)[] all =
[
    (ObjectivesTable.Name, ObjectivesTable.Make), (LengthTable.Name, LengthTable.Make), (ChoicesTable.Name, ChoicesTable.Make),
    (Curves.Name, Curves.Make), (StepsTable.Name, StepsTable.Make), (BoundTable.Name, BoundTable.Make),
    (TimestepTable.Name, TimestepTable.Make), (ModelTable.Name, ModelTable.Make), (GuidanceTable.Name, GuidanceTable.Make),
    (AutoguidanceTable.Name, AutoguidanceTable.Make), (DistillationTable.Name, DistillationTable.Make),
    (Figures.Name, Figures.Make), (Plots.Name, Plots.Make),
];
string[] known = [.. all.Select(one => one.Name)];
Argument<string[]> names = SampleProgram.Names("experiments", "Which to run, one after the other", known);
Option<DirectoryInfo> data = SampleProgram.Folder(
    "--data",
    "/usr/share/datasets/fashion-mnist",
    "Folder with Fashion-MNIST's four IDX files (.gz)");
Option<DirectoryInfo> model = SampleProgram.Folder(
    "--model",
    Path.Combine("samples", "models", "fashion-mnist"),
    "The published model's folder");
Option<DirectoryInfo> output = SampleProgram.Folder(
    "--out",
    "experiments-out",
    "Folder for networks, results and pictures; existing results are not computed again");
var quick = new Option<bool>("--quick") { Description = "A minute for everything, to see that it runs; the numbers mean nothing" };
Option<long> seed = SampleProgram.Seed();

var command = new RootCommand("The paper's experiments in small, on Fashion-MNIST: each makes a table, pictures, or both.")
{
    names, data, model, output, quick, seed,
};
return SampleProgram.Run(
    command,
    output,
    args,
    (parsed, stop, _) =>
    {
        var options = new ExperimentOptions(
            parsed.GetValue(data)!,
            parsed.GetValue(model)!,
            parsed.GetValue(output)!,
            parsed.GetValue(quick),
            parsed.GetValue(seed));
        var experiment = new Experiment(options, Console.Out, stop);
        TorchRuntime.EnsureLoaded(); // the first tensor is made before anything of Ddpm.Core is used
        string[] asked = parsed.GetValue(names) is { Length: > 0 } some ? some : known;
        foreach (string name in asked) all.Single(one => one.Name == name).Make(experiment);
    },
    stopped: "Stopped; the same command continues.");
