using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>The pictures of samples that a run draws on its way: of each of few classes as many, in rows with its name.</summary>
internal static class RunGrids
{
    private const int Samples = 64;

    /// <summary>Creates the hook that draws them.</summary>
    /// <param name="folder">Where the pictures go.</param>
    /// <param name="every">The steps between two pictures.</param>
    /// <param name="sampler">Draws the samples.</param>
    /// <param name="request">The shape, noise and device of the samples.</param>
    /// <param name="classes">The number of classes, which take turns; 0 for none.</param>
    /// <param name="names">Their names; null where they have numbers only.</param>
    /// <param name="stop">Ends the drawing.</param>
    public static SampleGrids Create(
        string folder, int every, DiffusionSampler sampler, SamplingRequest request, int classes, ClassNames? names, CancellationToken stop)
    {
        string[] titles = [.. Enumerable.Range(0, classes).Select(label => names?[label] ?? $"{label}")];
        int each = classes is > 0 and <= GridLayout.MostClasses ? classes : 1, count = Samples / each * each;
        request = request with
        {
            Count = count,
            Labels = classes > 0 ? [.. Enumerable.Range(0, count).Select(sample => (long)(sample % classes))] : null,
        };
        return new SampleGrids(folder, sampler, request, every, cancellationToken: stop)
        {
            Writer = (path, samples) => ClassGrid.Save(path, TensorImages.Of(samples), titles),
        };
    }
}
