using System.Globalization;
using System.Text;
using Ddpm.Core;
using static TorchSharp.torch;

namespace Anomalies;

/// <summary>The whole way: normal pictures, two networks, baselines, scores, a picture.</summary>
internal static class AnomalyRun
{
    /// <summary>Trains, scores and writes.</summary>
    /// <param name="options">The user's choices.</param>
    /// <param name="console">Receives progress and results.</param>
    /// <param name="stop">Ends the run; nothing is written.</param>
    /// <returns>The scores of each method.</returns>
    public static IReadOnlyList<Scores> Execute(AnomalyOptions options, TextWriter console, CancellationToken stop)
    {
        options.Output.Create();
        using var scope = NewDisposeScope();
        var sets = new AnomalySets(options);
        using DiffusionMethod white = DiffusionMethod.Train(
            "white noise", seed => new PerSampleNoise(seed), sets.Training, options, console, stop);
        using DiffusionMethod octaves = DiffusionMethod.Train(
            "octave noise", seed => new OctaveNoise(seed), sets.Training, options, console, stop);
        Method components = PlainMethods.PrincipalComponents(sets.Training);
        Method[] methods =
        [
            PlainMethods.Mean(sets.Training), PlainMethods.Nearest(sets.Training, stop), components, white.With(stop), octaves.With(stop),
        ];
        var all = new List<Scores>();
        foreach (Method method in methods)
        {
            all.Add(Scores.Of(method, sets));
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{method.Name}: scored in {all[^1].Seconds:F1} s"));
        }

        string table = Scores.Table(all);
        console.WriteLine();
        console.WriteLine(table);
        AtomicFile.Write(
            Path.Combine(options.Output.FullName, "anomalies.md"), stream => stream.Write(Encoding.UTF8.GetBytes(table)));
        AnomalyPicture.Write(Path.Combine(options.Output.FullName, "anomalies.png"), sets, [components, .. methods[^2..]]);
        console.WriteLine($"Wrote anomalies.md and anomalies.png to {options.Output.FullName}");
        return all;
    }
}
