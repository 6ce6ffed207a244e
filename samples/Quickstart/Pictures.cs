using Ddpm.Core;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Quickstart;

/// <summary>The pictures that the program leaves.</summary>
internal static class Pictures
{
    private const int Scale = 8;

    /// <summary>The samples in rows of eight.</summary>
    public static void Samples(string path, Tensor samples, int count)
    {
        using Tensor grid = ImageGrid.Compose(samples.narrow(0, 0, count), new ImageGridOptions { Columns = 8, Scale = Scale });
        ImageFile.SavePng(path, grid);
    }

    /// <summary>Each sample with the training example nearest to it at its right: a model that copied would show twins.</summary>
    public static void Neighbours(string path, Tensor samples, Tensor real, int count)
    {
        using var scope = NewDisposeScope();
        Tensor shown = samples.narrow(0, 0, count);
        Tensor features = PixelConversion.FromBytes(shown).flatten(1), references = PixelConversion.FromBytes(real).flatten(1);
        long[] nearest = [.. NearestNeighbours.Find(features, references).Select(found => found.Index)];
        Tensor pairs = stack([shown, real.index_select(0, tensor(nearest))], 1); // [count, 2, C, H, W]
        // A pair becomes one picture with a line between; wider gaps part the pairs.
        Tensor joined = stack(
            [
                .. Enumerable.Range(0, count)
                    .Select(i => ImageGrid.Compose(pairs[i], new ImageGridOptions { Columns = 2, Scale = Scale, Padding = 1 })),
            ]);
        ImageFile.SavePng(path, ImageGrid.Compose(joined, new ImageGridOptions { Columns = 8, Padding = 8 }));
    }

    /// <summary>
    /// From noise to digits, left to right: for each sample x_t above and the estimate x̂_0 made from it beneath; the last estimate is the
    /// sample.
    /// </summary>
    public static void Denoising(string path, DdpmSampler sampler, SamplingRequest request, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var noisy = new List<Tensor>();
        var estimates = new List<Tensor>();
        foreach (SamplingState state in sampler.Steps(request, cancellationToken))
        {
            if (state.X0 is not null && Shows(state.Timestep)) estimates.Add(PixelConversion.ToBytes(state.X0));
            // What this state holds is the x_t of the next estimate.
            if (Shows(state.Timestep - 1)) noisy.Add(PixelConversion.ToBytes(state.X));
        }

        int columns = noisy.Count;
        var images = new List<Tensor>();
        for (int sample = 0; sample < request.Count; sample++)
        {
            images.AddRange(noisy.Select(batch => batch[sample]));
            images.AddRange(estimates.Select(batch => batch[sample]));
        }

        ImageFile.SavePng(path, ImageGrid.Compose(stack(images), new ImageGridOptions { Columns = columns, Scale = Scale }));
    }

    // More of the last steps, where the digit takes its shape.
    private static bool Shows(int t) => t is 999 or 900 or 800 or 700 or 600 or 500 or 400 or 300 or 200 or 150 or 100 or 50 or 25 or 0;
}
