using System.Text;
using Ddpm.Core;

namespace Ddpm.Experiments;

/// <summary>The losses of the trainings of Table 2's rows: of a hundred stretches of steps, and of each tenth of the timesteps.</summary>
internal static class Curves
{
    public const string Name = "curves";

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: true);
        var table = new StringBuilder();
        foreach (Recipe recipe in ObjectivesTable.Recipes(experiment.Budget, experiment.Seed))
        {
            using (TrainedRecipe.Load(experiment, data, recipe)) experiment.Tell($"{recipe.Name} is trained");
            string[] rows = File.ReadAllLines(TrainedRecipe.MetricsFile(experiment, recipe));
            if (table.Length == 0) table.Append("row,").Append(rows[0]).Append('\n');
            // Commas separate fields, and names have some.
            foreach (string row in rows.Skip(1)) table.Append('"').Append(recipe.Name).Append("\",").Append(row).Append('\n');
        }

        string path = experiment.Out($"{Name}.csv");
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(table.ToString())));
        experiment.Tell($"Wrote {path}");
    }
}
