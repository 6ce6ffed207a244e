using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Evaluation;

/// <summary>
/// Finds what a model of normal pictures cannot draw (AnoDDPM, arXiv:2205.14151): it adds noise to a picture up to a part of T, lets the
/// sampler remove it, and compares. The result for a picture depends on its number and on the noise's seed, not on the other pictures. It
/// holds no tensor.
/// </summary>
public sealed class AnomalyDetector
{
    // Repetition r of picture k draws as sample k + r·2³².
    private const int RepetitionShift = 32;

    private readonly DiffusionSampler sampler;
    private readonly INoiseSource noise;

    /// <summary>Creates a detector.</summary>
    /// <param name="sampler">The sampler of a network that was trained on normal pictures; a respaced process needs fewer steps.</param>
    /// <param name="noise">
    /// The noise that is added and that the steps draw: of the kind that the network was trained with, <see cref="PerSampleNoise"/> or
    /// <see cref="OctaveNoise"/>.
    /// </param>
    /// <param name="options">How pictures are reconstructed. Default: <see cref="AnomalyDetectorOptions.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AnomalyDetector(DiffusionSampler sampler, INoiseSource noise, AnomalyDetectorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(noise);
        (this.sampler, this.noise) = (sampler, noise);
        Options = (options ?? AnomalyDetectorOptions.Default).Validated();
    }

    /// <summary>Gets how pictures are reconstructed.</summary>
    public AnomalyDetectorOptions Options { get; }

    /// <summary>Reconstructs pictures and computes their heat maps and scores.</summary>
    /// <param name="pictures">The pictures, floating-point [N, C, H, W], on the scale of the training.</param>
    /// <param name="firstPicture">The number of the first picture, by which it draws its noise. Range: 0 … 2³² - N.</param>
    /// <param name="progress">Receives the progress after every step of the sampler, over all repetitions.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    /// <returns>The maps; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The pictures have another shape or type, or their numbers are out of range.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all tensors are freed.</exception>
    public AnomalyMaps Detect(
        Tensor pictures,
        long firstPicture = 0,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        AnomalyMaps.RequirePictures(pictures);
        long most = (1L << RepetitionShift) - pictures.size(0);
        if (firstPicture < 0 || firstPicture > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(firstPicture), firstPicture, $"firstPicture must be 0 … {most}, but is {firstPicture}.");
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        RunsProgress? all = progress is null ? null : new RunsProgress(progress, Options.Repetitions);
        Tensor sum = zeros_like(pictures);
        for (int repetition = 0; repetition < Options.Repetitions; repetition++)
        {
            long first = firstPicture + ((long)repetition << RepetitionShift);
            using Tensor one = sampler.Reconstruct(
                pictures, Options.Strength, noise, first, progress: all, cancellationToken: cancellationToken);
            sum.AddInPlace(one);
        }

        return AnomalyMaps.Of(pictures, sum.DivideInPlace(Options.Repetitions), Options.Smoothing);
    }
}
