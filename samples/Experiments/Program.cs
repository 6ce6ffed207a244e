using System.CommandLine;
using Ddpm.Core;
using Ddpm.Experiments;

(string Name, Action<Experiment> Make)[] all =
[
    (ObjectivesTable.Name, ObjectivesTable.Make), (LengthTable.Name, LengthTable.Make), (ChoicesTable.Name, ChoicesTable.Make), (StepsTable.Name, StepsTable.Make), (BoundTable.Name, BoundTable.Make),
    (ModelTable.Name, ModelTable.Make), (GuidanceTable.Name, GuidanceTable.Make), (Figures.Name, Figures.Make),
];
string[] known = [.. all.Select(one => one.Name)];
var names = new Argument<string[]>("experiments") { Description = $"Which to run, one after the other: {string.Join(", ", known)}; all of them where none is named", Arity = ArgumentArity.ZeroOrMore };
names.Validators.Add(result =>
{
    foreach (string name in (result.GetValue(names) ?? []).Except(known)) result.AddError($"There is no experiment {name}; there are {string.Join(", ", known)}.");
});
var data = new Option<DirectoryInfo>("--data") { Description = "Folder with Fashion-MNIST's four IDX files (.gz)", DefaultValueFactory = _ => new DirectoryInfo("/usr/share/datasets/fashion-mnist") };
var model = new Option<DirectoryInfo>("--model") { Description = "The published model's folder", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine("samples", "models", "fashion-mnist")) };
var output = new Option<DirectoryInfo>("--out") { Description = "Folder for networks, results and pictures; what is there is not computed again", DefaultValueFactory = _ => new DirectoryInfo("experiments-out") };
var quick = new Option<bool>("--quick") { Description = "A minute for everything, to see that it runs; the numbers mean nothing" };
var seed = new Option<long>("--seed") { Description = "Seed of weights, batches and noise; any whole number", DefaultValueFactory = _ => 1 };

var command = new RootCommand("The paper's experiments in small, on Fashion-MNIST: each makes a table, pictures, or both.") { names, data, model, output, quick, seed };
command.SetAction(parsed =>
{
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };
    var experiment = new Experiment(new ExperimentOptions(parsed.GetValue(data)!, parsed.GetValue(model)!, parsed.GetValue(output)!, parsed.GetValue(quick), parsed.GetValue(seed)), Console.Out, stop.Token);
    TorchRuntime.EnsureLoaded(); // the first tensor is made before anything of Ddpm.Core is used
    string[] asked = parsed.GetValue(names) is { Length: > 0 } some ? some : known;
    try
    {
        foreach (string name in asked) all.Single(one => one.Name == name).Make(experiment);
        return 0;
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine("Stopped; the same command goes on.");
        return 130;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
});
return command.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
