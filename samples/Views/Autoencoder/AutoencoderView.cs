using System.Collections.Immutable;
using System.Diagnostics;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Experiments;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Plotting;
using Ddpm.Training;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>
/// The diffusion as a hierarchical autoencoder whose encoder q is fixed: a variational autoencoder and a diffusion of as many parameters,
/// trained on the Quickstart's digits, and the parts of their bounds beside each other.
/// </summary>
internal static class AutoencoderView
{
    public const string Name = "vae";
    public const string Total = "bits/dim", Top = "KL to the prior", Rate = "rate", Distortion = "distortion", Count = "parameters";

    // The last 297 digits, by other writers than the rest, are kept from the training; the bounds are of the first of either part.
    private const int HeldOut = 297, Evaluated = 128, Pictures = 64, BatchSize = 128, VaeDraws = 16;

    public static void Make(View view)
    {
        using ImageDataset digits = Quickstart.Digits.Load();
        using Tensor all = digits.Images();
        using ImageDataset train = new(all.narrow(0, 0, all.size(0) - HeldOut));
        using Tensor test = PixelConversion.FromBytes(all.narrow(0, all.size(0) - HeldOut, view.Options.Quick ? 16 : Evaluated));
        using Tensor seen = PixelConversion.FromBytes(all.narrow(0, 0, test.size(0)));
        var rows = new List<KeyValuePair<string, ImmutableSortedDictionary<string, Measured>>>();

        using UNet unet = DiffusionNetwork(view.Options.Seed);
        using var vae = new Vae(Quickstart.Digits.Size * Quickstart.Digits.Size, Width(unet), view.Options.Seed);
        long started = Stopwatch.GetTimestamp();
        VaeTraining.Run(vae, train, view.Options.Quick ? 20 : 1500, BatchSize, view.Options.Seed, view.Stop);
        Tell("VAE", vae, started);
        rows.Add(Of("VAE, held-out digits", vae, test));
        rows.Add(Of("VAE, training digits", vae, seen));
        using Tensor reconstructed = vae.Sample(Pictures);

        var process = new ReverseDiffusion(view.Options.Quick ? LinearSchedule.Scaled(25) : new LinearSchedule());
        started = Stopwatch.GetTimestamp();
        using Trainer trainer = Train(unet, process, train, view);
        Tell("DDPM", unet, started);
        using IDisposable averaged = trainer.Ema.SwapIn();
        using Tensor samples = new DdpmSampler(unet, process).Sample(
            new SamplingRequest { Count = Pictures, SampleShape = train.Shape, Noise = new PerSampleNoise(view.Options.Seed) },
            cancellationToken: view.Stop);
        rows.Add(Of("DDPM, held-out digits", unet, process, test, view));
        rows.Add(Of("DDPM, training digits", unet, process, seen, view));

        view.Publish(Name, rows, (Count, "N0"), (Total, "F3"), (Rate, "F3"), (Top, "F6"), (Distortion, "F3"));
        Tensor drawn = reconstructed.reshape(-1, 1, Quickstart.Digits.Size, Quickstart.Digits.Size);
        Save(view.Out("vae.png"), ("held-out digits", test), ("samples of the VAE", drawn), ("samples of the DDPM", samples));
        view.Tell($"Wrote vae.png: held-out digits, samples of the VAE, samples of the DDPM");

        void Tell(string name, nn.Module network, long since) => view.Tell(
            $"{name}: {Parameters(network):N0} parameters, {Stopwatch.GetElapsedTime(since).TotalSeconds:F0} s of training");
    }

    /// <summary>The diffusion's network: the Quickstart's with half its channels.</summary>
    public static UNet DiffusionNetwork(long seed) => new(
        UNetOptions.For(Quickstart.Digits.Size, Quickstart.Digits.Size, channels: 1, baseChannels: 16) with
        {
            BlocksPerLevel = 1,
            AttentionResolutions = [],
            NormGroups = 8,
            Dropout = 0,
        },
        seed);

    /// <summary>The width with which the autoencoder has as many parameters as a network.</summary>
    public static int Width(nn.Module network) =>
        Vae.WidthFor(Quickstart.Digits.Size * Quickstart.Digits.Size, Parameters(network));

    public static long Parameters(nn.Module network) => network.parameters().Sum(parameter => parameter.numel());

    /// <summary>The autoencoder's bound over pictures, several z for each.</summary>
    public static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Of(string name, Vae vae, Tensor x)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (Tensor Rate, Tensor Distortion)[] draws = [.. Enumerable.Range(0, VaeDraws).Select(_ => vae.forward(x))];
        Tensor rate = draws[0].Rate.to(float64), distortion = stack(draws.Select(draw => draw.Distortion)).mean([0]);
        Measured toPrior = Mean(rate);
        return Row.Of(
            name,
            (Count, new Measured(Parameters(vae))),
            (Total, Mean(rate + distortion)),
            (Rate, toPrior),
            (Top, toPrior),
            (Distortion, Mean(distortion)));

        static Measured Mean(Tensor values) =>
            new(values.mean().item<double>(), values.std().item<double>() / Math.Sqrt(values.numel()));
    }

    /// <summary>The diffusion's bound over pictures: L_T is its KL to the prior, L_0 its distortion, all but L_0 its rate.</summary>
    private static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Of(
        string name,
        UNet network,
        ReverseDiffusion process,
        Tensor x,
        View view)
    {
        BoundReport bound = new VariationalBound(network, process, new BoundOptions { Decoder = Decoder.DiscretizedExact })
            .Evaluate(x, new PerSampleNoise(view.Options.Seed), cancellationToken: view.Stop);
        static Measured Mean(Estimate estimate) => new(estimate.Mean, estimate.StandardError);
        return Row.Of(
            name,
            (Count, new Measured(Parameters(network))),
            (Total, Mean(bound.Total)),
            (Rate, Mean(bound.Rate)),
            (Top, Mean(bound.Prior)),
            (Distortion, Mean(bound.Distortion)));
    }

    // Algorithm 1.
    private static Trainer Train(UNet network, ReverseDiffusion process, ImageDataset data, View view)
    {
        int steps = view.Options.Quick ? 20 : 1000;
        var trainer = Trainer.Create(
            network,
            process,
            new TrainingOptions
            {
                LearningRate = 3e-3,
                WarmupSteps = 100,
                Decay = LearningRateDecay.Cosine(steps),
                Seed = view.Options.Seed,
            });
        trainer.Run(new ShuffledBatches(data, BatchSize, view.Options.Seed), steps, cancellationToken: view.Stop);
        view.Stop.ThrowIfCancellationRequested();
        network.eval();
        return trainer;
    }

    // Each in rows of eight, under its title, beside each other.
    private static void Save(string path, params (string Title, Tensor Digits)[] pictures)
    {
        using var scope = NewDisposeScope();
        Tensor[] grids =
        [
            .. pictures.Select(one => ImageGrid.Compose(
                PixelConversion.ToBytes(one.Digits.narrow(0, 0, Math.Min(Pictures, one.Digits.size(0)))),
                new ImageGridOptions { Columns = 8, Scale = 4 })),
        ];
        long height = grids.Max(grid => grid.size(1));
        Tensor[] level = [.. grids.Select(grid => nn.functional.pad(grid, [0, 0, 0, height - grid.size(1)], value: 255))];
        LabelledGrid.Save(path, stack(level), new LabelledGridOptions
        {
            ColumnTitles = [.. pictures.Select(one => one.Title)],
            Scale = 1,
            Padding = 12,
        });
    }
}
