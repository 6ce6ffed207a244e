using System.CommandLine;
using Ddpm.Samples;
using Weather;
using Weather.Gaps;

Option<int> steps = SampleProgram.Number("--steps", 1500, "Training steps", least: 1);
Option<int> samples = SampleProgram.Number("--samples", 500, "Months to draw for each city", least: 2);
Option<long> seed = SampleProgram.Seed();
Option<DirectoryInfo> output = SampleProgram.Folder("--out", "weather-out", "Folder for months.csv and months.svg");

Option<bool> gaps = new("--gaps") { Description = "Score the filling of hidden days of 2015 instead (docs/gaps.md)" };
Option<bool> unconditional = new("--unconditional")
{
    Description = "With --gaps, score an unconditional network under RePaint too, which takes as long again",
};

var command = new RootCommand("Trains a small diffusion model on months of real weather in two cities, draws new ones and measures them.")
{
    steps, samples, seed, output, gaps, unconditional,
};
return SampleProgram.Run(command, output, args, (parsed, stop, abort) =>
{
    if (parsed.GetValue(gaps))
    {
        GapExperiment.Execute(
            parsed.GetValue(steps), parsed.GetValue(seed), parsed.GetValue(unconditional), Console.Out, stop);
        return;
    }

    var options = new WeatherOptions(parsed.GetValue(steps), parsed.GetValue(samples), parsed.GetValue(seed), parsed.GetValue(output)!);
    // The first Ctrl-C ends the training, and its network draws; the second ends that.
    WeatherRun.Execute(options, Console.Out, stop, abort);
});
