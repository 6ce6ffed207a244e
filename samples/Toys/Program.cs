using System.CommandLine;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Samples;
using Toys;

string[] known = [.. PlanarData.All.Select(set => set.Name)];
var sets = new Option<string[]>("--sets")
{
    Description = $"Which to learn: {string.Join(", ", known)}; all of them where none is named",
    AllowMultipleArgumentsPerToken = true,
    HelpName = "name",
};
sets.Validators.Add(result =>
{
    foreach (string name in (result.GetValue(sets) ?? []).Except(known))
    {
        result.AddError(Mistakes.NotOneOf(sets.Name, known, name));
    }
});
Option<int> steps = SampleProgram.Number("--steps", ToyOptions.FullSteps, "Training steps of each set", least: 1);
Option<long> seed = SampleProgram.Seed();
Option<DirectoryInfo> output = SampleProgram.Folder("--out", "toys-out", "Folder for the plots");

var command = new RootCommand(
    "Learns distributions of the plane, and shows both processes, the score, estimates, paths and densities. Exit code 1: DDPM's samples "
    + "a whole run do not have their data's shape.")
{
    sets, steps, seed, output,
};
return SampleProgram.Run(command, output, args, (parsed, stop, _) =>
{
    TorchRuntime.EnsureLoaded();
    string[] asked = parsed.GetValue(sets) is { Length: > 0 } some ? [.. some.Distinct()] : known;
    var options = new ToyOptions(
        [.. asked.Select(PlanarData.Of)],
        parsed.GetValue(steps),
        parsed.GetValue(seed),
        parsed.GetValue(output)!);
    ToyScore[] bad = [.. ToyRun.Execute(options, Console.Out, stop).Where(score => !score.Good)];
    if (bad.Length > 0 && options.Steps >= ToyOptions.FullSteps)
    {
        throw new IOException(string.Join(" ", bad.Select(score => string.Create(
            CultureInfo.InvariantCulture,
            $"{score.Set.Name}: precision must be at least {score.LeastPrecision:F2} and recall {ToyScore.LeastRecall:F2}, but are "
            + $"{score.Samples.Precision:F2} and {score.Samples.Recall:F2}: samples do not have their data's shape."))));
    }
});
