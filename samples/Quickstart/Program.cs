using System.CommandLine;
using Ddpm.Core;
using Quickstart;

var steps = new Option<int>("--steps") { Description = "Training steps, at least 1", DefaultValueFactory = _ => 1000 };
var samples = new Option<int>("--samples") { Description = "Samples to draw and to measure, at least 64", DefaultValueFactory = _ => 256 };
var seed = new Option<long>("--seed") { Description = "Seed of weights, batches and noise; any whole number", DefaultValueFactory = _ => 1 };
var output = new Option<DirectoryInfo>("--out") { Description = "Folder for pictures and model", DefaultValueFactory = _ => new DirectoryInfo("quickstart-out") };
var device = new Option<string>("--device") { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
AtLeast(steps, 1);
AtLeast(samples, 64);
output.Validators.Add(result =>
{
    if (result.GetValue(output) is { } folder && File.Exists(folder.FullName)) result.AddError($"--out must be a folder, but {folder} is a file.");
});
device.Validators.Add(result =>
{
    string name = result.GetValue(device) ?? "";
    bool cuda = name == "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name["cuda:".Length..], out int number) && number >= 0);
    if (name != "cpu" && !cuda) result.AddError($"--device must be cpu, cuda or cuda:N, but is {name}.");
    else if (cuda && !TorchRuntime.IsCudaAvailable()) result.AddError($"--device is {name}, but no CUDA device can be used here (the sample references TorchSharp-cpu; use TorchSharp-cuda-linux or -windows).");
});

var command = new RootCommand("Trains a small diffusion model on 1,797 handwritten digits, samples new ones and writes pictures.") { steps, samples, seed, output, device };
command.SetAction(parsed =>
{
    using var stop = new CancellationTokenSource();
    using var abort = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        // The first Ctrl-C ends the training, and what was learnt is sampled; the second ends the program.
        pressed.Cancel = true;
        if (stop.IsCancellationRequested) abort.Cancel();
        stop.Cancel();
    };
    var options = new QuickstartOptions(parsed.GetValue(steps), parsed.GetValue(samples), parsed.GetValue(seed), parsed.GetValue(output)!, parsed.GetValue(device)!);
    try
    {
        QuickstartRun.Execute(options, Console.Out, stop.Token, abort.Token);
        return 0;
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine("Stopped.");
        return 130;
    }
    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
});
return command.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });

static void AtLeast(Option<int> option, int minimum) => option.Validators.Add(result =>
{
    if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < minimum) result.AddError($"{option.Name} must be at least {minimum}, but is {value}.");
});
