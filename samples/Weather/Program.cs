using System.CommandLine;
using Weather;

var steps = new Option<int>("--steps") { Description = "Training steps, at least 1", DefaultValueFactory = _ => 1500 };
var samples = new Option<int>("--samples") { Description = "Months to draw for each city, at least 2", DefaultValueFactory = _ => 500 };
var seed = new Option<long>("--seed") { Description = "Seed of weights, batches and noise; any whole number", DefaultValueFactory = _ => 1 };
var output = new Option<DirectoryInfo>("--out") { Description = "Folder for months.csv and months.svg", DefaultValueFactory = _ => new DirectoryInfo("weather-out") };
AtLeast(steps, 1);
AtLeast(samples, 2);

var command = new RootCommand("Trains a small diffusion model on months of real weather in two cities, draws new ones and measures them.") { steps, samples, seed, output };
command.SetAction(parsed =>
{
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        // The first Ctrl-C ends the training, and what was learnt is sampled; the second ends the program.
        pressed.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    };
    try
    {
        WeatherRun.Execute(new WeatherOptions(parsed.GetValue(steps), parsed.GetValue(samples), parsed.GetValue(seed), parsed.GetValue(output)!), Console.Out, stop.Token);
        return 0;
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
