using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Experiments;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>
/// Two statements that summaries of the paper make, and what is right: the variance of q(x_T | x_0), and L_0 as a squared error.
/// </summary>
internal static class CorrectionsView
{
    public const string Name = "corrections";
    public const string Signal = "√ᾱ_T", Variance = "1 - ᾱ_T";
    public const string Paper = "discretised (eq. 13)", Exact = "with exact Φ", Density = "density × 2/255", SquaredError = "MSE/(2σ²)";

    private const string FashionMnist = "/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz";

    public static void Make(View view)
    {
        view.Tell($"q(x_T | x_0) of the paper's schedule, T = 1000, β from 1e-4 to 0.02");
        view.Publish("last-marginal", [LastMarginal()], (Signal, "F8"), (Variance, "F8"));
        view.Tell($"L_0 of one pixel in bits, by how far the mean is off, in pixel values; σ_1 = 0.01");
        view.Publish("one-pixel", [.. OnePixel()], Columns("F3"));
        view.Tell($"L_0 in bits/dim");
        int pictures = view.Options.Quick ? 4 : 64;
        var rows = new List<KeyValuePair<string, ImmutableSortedDictionary<string, Measured>>>();
        using (ImageDataset digits = Quickstart.Digits.Load())
        {
            using Tensor all = digits.Images();
            using Tensor pixels = PixelConversion.FromBytes(all);
            using var data = new EmpiricalData(pixels);
            var schedule = new LinearSchedule();
            Add("digits by heart", new ExactModel(schedule, data), new ReverseDiffusion(schedule), digits);
        }

        if (File.Exists(FashionMnist))
        {
            using ImageDataset clothes = IdxFile.Images(FashionMnist);
            using TrainedModel model = ModelFolder.Load(view.Options.Model.FullName);
            model.Network.eval();
            Add("included model, Fashion-MNIST test", model.Network, model.Process, clothes);
        }
        else
        {
            view.Tell($"{FashionMnist} is not there (Debian's package dataset-fashion-mnist): no row of the included model");
        }

        view.Publish("last-step", rows, Columns("F4"));

        void Add(string name, IEpsilonModel model, ReverseDiffusion process, ImageDataset data)
        {
            foreach ((string sigma, InitialLogVariance initial) in new[]
                { ("σ_1² = β_1", InitialLogVariance.Floored), ("σ_1² = β̃_2, the authors'", InitialLogVariance.SecondEntry) })
            {
                rows.Add(Measure($"{name}, {sigma}", model, process, initial, data, pictures, view.Options.Seed));
            }
        }
    }

    /// <summary>√ᾱ_T and 1 - ᾱ_T of the paper's schedule.</summary>
    public static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> LastMarginal()
    {
        var forward = new ForwardDiffusion(new LinearSchedule(timesteps: 1000, betaStart: 1e-4, betaEnd: 0.02));
        return Row.Of(
            "q(x_T | x_0) = N(√ᾱ_T x_0, (1 - ᾱ_T) I)",
            (Signal, new Measured(forward.Coefficients.SqrtAlphaBars[999])),
            (Variance, new Measured(forward.Variance(999))));
    }

    /// <summary>L_0 of one pixel whose mean is off by some pixel values: one amid the scale, and a black one, whose bin is open.</summary>
    public static IEnumerable<KeyValuePair<string, ImmutableSortedDictionary<string, Measured>>> OnePixel()
    {
        using var scope = NewDisposeScope();
        foreach ((string where, double x0, double[] errors) in new[]
            { ("amid the scale", 128 / 127.5 - 1, new[] { 0, 0.5, 1, 2, 4 }), ("black", -1.0, [0, 1, 4, -1, -4]) })
        {
            foreach (double error in errors)
            {
                Tensor pixel = tensor(new[] { x0 });
                LastStep bits = LastStep.Of(pixel, pixel + error * LastStep.Bin, 1e-4);
                yield return Of(string.Create(CultureInfo.InvariantCulture, $"{where}, {error:+0.#;-0.#;0}"), bits);
            }
        }
    }

    /// <summary>L_0 of a model over the first pictures of a set, four draws of x_1 for each.</summary>
    public static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Measure(
        string name,
        IEpsilonModel model,
        ReverseDiffusion process,
        InitialLogVariance initial,
        ImageDataset data,
        int pictures,
        long seed)
    {
        const int Draws = 4;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var chosen = new ReverseDiffusion(
            process.Coefficients,
            process.Options with { Variance = ReverseVariance.FixedLarge, InitialLogVariance = initial });
        Tensor x0 = PixelConversion.FromBytes(data.Images([.. Enumerable.Range(0, pictures).Select(k => (long)k)])).repeat(Draws, 1, 1, 1);
        Tensor noise = new PerSampleNoise(seed).Draw(NoiseRequest.For(x0, 0, 0)), x1 = chosen.Forward.Sample(x0, 0, noise);
        Tensor output = model.Predict(x1, full(x0.size(0), chosen.Coefficients.Schedule.ModelTimestep(0), int64));
        Tensor mean = chosen.Moments(output, x1, 0).Mean;
        return Of(name, LastStep.Of(x0, mean, Math.Exp(chosen.LogVariance(0))).Means());
    }

    private static (string Measure, string Format)[] Columns(string format) =>
        [(Paper, format), (Exact, format), (Density, format), (SquaredError, format)];

    // With several examples, errors over them.
    private static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Of(string name, LastStep bits)
    {
        static Measured Mean(Tensor values) => new(
            values.mean().item<double>(),
            values.numel() > 1 ? values.std().item<double>() / Math.Sqrt(values.numel()) : null);
        return Row.Of(
            name,
            (Paper, Mean(bits.Paper)),
            (Exact, Mean(bits.Exact)),
            (Density, Mean(bits.Density)),
            (SquaredError, Mean(bits.SquaredError)));
    }
}
