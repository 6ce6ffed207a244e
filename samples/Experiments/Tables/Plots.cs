using Ddpm.Plotting;

namespace Ddpm.Experiments;

/// <summary>
/// Draws results that are there: quality against steps, rate and distortion, and the losses of Table 2's trainings. It computes nothing,
/// and draws what it finds.
/// </summary>
internal static class Plots
{
    public const string Name = "plots";

    // One sampler is drawn once: σ² = β̃ is DDIM with η = 1.
    private static readonly (string Row, string Shown)[] Samplers =
    [
        ("DDPM, σ² = β", "DDPM, σ² = β"), ("DDIM, η = 1", "DDPM, smaller σ²"), ("DDIM, η = 0", "DDIM, η = 0"),
        ("DPM-Solver++ 2M", "DPM-Solver++ 2M"), ("iPNDM", "iPNDM"), ("UniPC", "UniPC"), ("UniPC, GITS", "UniPC, GITS"),
        ("predictor–corrector", "predictor–corrector"),
        ("annealed Langevin", "annealed Langevin"), ("DDIM, η = 0, ε kept", "DDIM, ε kept"),
    ];

    private static readonly (PlotTheme Theme, string Ending)[] Themes = [(PlotTheme.Light, ""), (PlotTheme.Dark, "-dark")];

    public static void Make(Experiment experiment)
    {
        Steps(experiment);
        Rates(experiment);
        Timesteps(experiment);
        Losses(experiment);
    }

    private static void Steps(Experiment experiment)
    {
        if (!Found(experiment, StepsTable.Name)) return;
        IReadOnlyDictionary<string, ResultRow> rows = experiment.Results(StepsTable.Name).Rows;
        PlotSeries[] series =
        [
            .. Samplers.Select(sampler => new PlotSeries(
                sampler.Shown,
                [.. experiment.Budget.StepCounts.Select(steps => Point(rows, $"{sampler.Row}, {steps}", steps)).OfType<PlotPoint>()])
            {
                Weight = sampler.Row.EndsWith("kept", StringComparison.Ordinal) ? LineWeight.Heavy : LineWeight.Regular,
            }).Where(one => one.Points.Count > 0),
        ];
        (string, double)? real = Found(experiment, ObjectivesTable.Name)
            && experiment.Results(ObjectivesTable.Name).Rows.TryGetValue(RecipeTable.TestPictures, out ResultRow? test)
            ? (RecipeTable.TestPictures, test.Measures[SampleMeasures.Fid].Value)
            : null;
        Draw(experiment, "steps", (path, theme) => StepsPlot.Save(path, series, SampleMeasures.Fid, new LinePlotOptions
        {
            Title = "FID against the calls of the network",
            XLabel = "calls of the network for each sample",
            YScale = AxisScale.Logarithmic,
            Reference = real,
            Theme = theme,
        }));

        static PlotPoint? Point(IReadOnlyDictionary<string, ResultRow> rows, string name, int steps) =>
            rows.TryGetValue(name, out ResultRow? row) && row.Measures.TryGetValue(SampleMeasures.Fid, out Measured? measured)
                ? new PlotPoint(steps, measured.Value, measured.Error ?? 0)
                : null;
    }

    private static void Rates(Experiment experiment)
    {
        if (!Found(experiment, BoundTable.Curve)) return;
        PlotPoint[] points = [.. experiment.Results(BoundTable.Curve).Rows.Values
            .Select(row => new PlotPoint(row.Measures[BoundTable.Rate].Value, row.Measures[BoundTable.Error].Value))];
        Draw(experiment, "rate-distortion", (path, theme) => LinePlot.Save(path, [new PlotSeries("test", points)], new LinePlotOptions
        {
            Title = "Progressive coding of Fashion-MNIST's test set",
            XLabel = $"{BoundTable.Rate}, logarithmic",
            YLabel = $"distortion, {BoundTable.Error}",
            XScale = AxisScale.Logarithmic,
            FromZero = true,
            Markers = true,
            Theme = theme,
        }));
    }

    private static void Timesteps(Experiment experiment)
    {
        if (!Found(experiment, TimestepTable.Name)) return;
        IReadOnlyList<TimestepLoss> losses = TimestepTable.Losses(experiment.Results(TimestepTable.Name).Rows);
        Draw(experiment, TimestepTable.Name, (path, theme) => TimestepLossPlot.Save(path, [("test", losses)], new LinePlotOptions
        {
            Title = "The published model's loss by timestep",
            YLabel = "squared error of ε",
            YScale = AxisScale.Logarithmic,
            Theme = theme,
        }));
    }

    // L in bits/dim and the plain squared errors are of different units: a plot each, and the last row by timestep.
    private static void Losses(Experiment experiment)
    {
        string path = experiment.Out($"{Curves.Name}.csv");
        if (!File.Exists(path)) return;
        IReadOnlyList<CurveTable> curves = CurveTable.Read(path);
        (CurveTable[] simple, CurveTable[] bound) = (
            [.. curves.Where(curve => curve.Name.EndsWith("simple", StringComparison.Ordinal))],
            [.. curves.Where(curve => !curve.Name.EndsWith("simple", StringComparison.Ordinal))]);
        foreach ((CurveTable[] shown, string name, string unit) in new[]
        {
            (bound, "bound", "L, bits/dim of one timestep"), (simple, "simple", "L_simple, squared error"),
        })
        {
            if (shown.Length == 0) continue;
            Draw(experiment, $"curves-{name}", (path, theme) => LossPlot.Save(path, [.. shown.Select(curve => curve.Losses)], new()
            {
                Title = "Training of Table 2's rows",
                YLabel = unit,
                YScale = AxisScale.Logarithmic,
                Theme = theme,
            }));
            Draw(experiment, $"timesteps-{name}", (path, theme) => TimestepLossPlot.Save(
                path,
                [.. shown.Select(curve => (curve.Name, curve.ByTimestep))],
                new LinePlotOptions
                {
                    Title = "Loss by timestep at the end of the training",
                    YLabel = unit,
                    YScale = AxisScale.Logarithmic,
                    Theme = theme,
                }));
        }
    }

    private static bool Found(Experiment experiment, string results) => File.Exists(experiment.Out($"{results}.json"));

    private static void Draw(Experiment experiment, string name, Action<string, PlotTheme> save)
    {
        foreach ((PlotTheme theme, string ending) in Themes) save(experiment.Out("plots", $"{name}{ending}.svg"), theme);
        experiment.Tell($"Drew plots/{name}.svg");
    }
}
