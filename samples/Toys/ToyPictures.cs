using System.Globalization;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Toys;

/// <summary>
/// The plots of a set: both processes at some t, the field of the score, x̂_0 on the way, paths, densities, and the reverse process in
/// motion.
/// </summary>
internal sealed class ToyPictures(PlanarData set, DirectoryInfo output)
{
    private const int Shown = 800, Paths = 6, Moving = 300, Frames = 24, Side = 18;
    private const double Extent = 1.3 * ToyRun.Scale, Wide = 1.6 * ToyRun.Scale;

    // Of T = 100, the noisiest first; t = 0 has next to no noise.
    private static readonly int[] Levels = [99, 60, 30, 10, 0];

    public void Save(
        ForwardDiffusion forward,
        ReverseDiffusion process,
        IEpsilonModel network,
        Tensor data,
        ReverseWay way,
        ReverseWay straight)
    {
        foreach ((PlotTheme theme, string ending) in new[] { (PlotTheme.Light, ""), (PlotTheme.Dark, "-dark") })
        {
            Processes(forward, process, network, data, way, theme, ending);
            Densities(data, way, theme, ending);
            Trajectories(forward, data, way, straight, theme, ending);
        }

        Motion(way);
    }

    // Rows: q forward, p_θ back, x̂_0 and the score at the same t.
    private void Processes(
        ForwardDiffusion forward,
        ReverseDiffusion process,
        IEpsilonModel network,
        Tensor data,
        ReverseWay way,
        PlotTheme theme,
        string ending)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor first = data.narrow(0, 0, Shown), noise = randn(first.shape, generator: generator), places = Grid();
        string Title(int t) => string.Create(CultureInfo.InvariantCulture, $"t = {t}");
        // The step with timestep t + 1 leads to x_t; at the noisiest t it is pure noise.
        int Entry(int t) => way.Timesteps.ToList().IndexOf(t + 1);
        PlanarPanel[] panels =
        [
            .. Levels.Select(t => new PlanarPanel { Title = Title(t), Points = forward.Sample(first, t, noise), Color = 0 }),
            .. Levels.Select(t => new PlanarPanel { Points = way.X[Entry(t)].narrow(0, 0, Shown), Color = 1 }),
            .. Levels.Select(t => new PlanarPanel
            {
                Points = way.X0[Math.Min(Entry(t) + 1, way.X0.Count - 1)].narrow(0, 0, Shown),
                Color = 2,
            }),
            .. Levels.Select(t => new PlanarPanel
            {
                Density = forward.Sample(data, t, randn(data.shape, generator: generator)),
                Arrows = (places, Score(process, network, places, t)),
                Color = 5,
            }),
        ];
        Write("processes", ending, panels, new PlanarPlotOptions
        {
            Title = $"{set.Title}: the forward and the reverse process",
            RowTitles = ["forward, x_t", "reverse, x_t", "estimate x̂_0", "score of x_t"],
            Columns = Levels.Length,
            Extent = Wide,
            PanelSize = 150,
            Theme = theme,
        });
    }

    private void Densities(Tensor data, ReverseWay way, PlotTheme theme, string ending) => Write("density", ending,
        [new PlanarPanel { Title = "data", Density = data }, new PlanarPanel { Title = "samples", Density = way.Samples, Color = 1 }],
        new PlanarPlotOptions { Title = set.Title, Extent = Extent, PanelSize = 220, Theme = theme });

    private void Trajectories(
        ForwardDiffusion forward,
        Tensor data,
        ReverseWay way,
        ReverseWay straight,
        PlotTheme theme,
        string ending)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        // Step by step, x_t from x_{t-1}: the forward process is a walk.
        Tensor x = data.narrow(0, 0, Paths);
        var walk = new List<Tensor> { x };
        for (int t = 0; t < forward.Coefficients.Timesteps; t++)
        {
            x = forward.Step(x, t, randn(x.shape, generator: generator));
            walk.Add(x);
        }

        PlanarPanel Panel(string title, Tensor paths) => new() { Title = title, Density = data, Paths = paths, Color = 5 };
        Write(
            "paths",
            ending,
            [
                Panel("forward: a walk to noise", stack([.. walk], 1)),
                Panel("DDPM: a walk back", way.Paths(Paths)),
                Panel("DDIM: a smooth way back", straight.Paths(Paths)),
            ],
            new PlanarPlotOptions { Title = $"{set.Title}: {Paths} paths", Extent = Wide, PanelSize = 260, Theme = theme });
    }

    private void Motion(ReverseWay way)
    {
        int last = way.X.Count - 1;
        // Most happens near the end: frames stand closer there.
        int[] entries = [.. Enumerable.Range(0, Frames).Select(k => (int)Math.Round(last * Math.Sqrt(k / (Frames - 1.0)))).Distinct()];
        using var scope = NewDisposeScope();
        (string, Tensor)[] frames =
        [
            .. entries.Select(entry => (
                string.Create(CultureInfo.InvariantCulture, $"t = {way.Timesteps[entry]}"),
                way.X[entry].narrow(0, 0, Moving))),
        ];
        PlanarPlotOptions options = new() { Title = set.Title, Extent = Extent, PanelSize = 360 };
        foreach (string ending in new[] { ".svg", ".png" }) PlanarAnimation.Save(At("motion", ending), frames, options: options);
    }

    /// <summary>The score of x_t, ∇ log q(x_t), as the network has it: -ε / √(1 - ᾱ_t) = (√ᾱ_t x̂_0 - x_t) / (1 - ᾱ_t).</summary>
    private static Tensor Score(ReverseDiffusion process, IEpsilonModel network, Tensor places, int t)
    {
        using var quiet = no_grad();
        using Tensor time = full([places.size(0)], t, int64);
        Tensor estimate = process.Moments(network.Predict(places, time), places, t).X0;
        double alphaBar = process.Coefficients.AlphaBars[t];
        return (estimate * Math.Sqrt(alphaBar) - places) / (1 - alphaBar);
    }

    private static Tensor Grid()
    {
        Tensor line = (arange(Side, dtype: float32) + 0.5) * (2 * Wide / Side) - Wide;
        return stack([line.repeat(Side), line.repeat_interleave(Side)], 1);
    }

    private void Write(string kind, string ending, IReadOnlyList<PlanarPanel> panels, PlanarPlotOptions options)
    {
        if (ending.Length == 0) PlanarPlot.Save(At(kind, ".png"), panels, options);
        PlanarPlot.Save(At(kind, $"{ending}.svg"), panels, options);
    }

    private string At(string kind, string ending) => Path.Combine(output.FullName, $"{set.Name}-{kind}{ending}");
}
