using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Describes a task whose network draws pictures given a degraded one: a small picture (SR3, Saharia et al. 2021, arXiv:2104.07636), a gray
/// or a damaged one (Palette, Saharia et al. 2021, arXiv:2111.05826). The network is given the picture in the size of x_t, and the
/// deviation of noise in it, which training adds (conditioning augmentation, Ho et al. 2021, arXiv:2106.15282).
/// </summary>
public sealed class ImageToImage
{
    private const string Picture = "picture", PictureNoise = "picture_noise";

    private readonly Func<Tensor, Tensor> degrade;
    private readonly Func<Tensor, Tensor>? enlarge, spread;
    private readonly int channels;

    /// <summary>Describes a task.</summary>
    /// <param name="name">The name, which a resumed run must have again.</param>
    /// <param name="channels">The channels of a degraded picture. Range: ≥ 1.</param>
    /// <param name="degrade">Degrades pictures [B, C, H, W] in [-1, 1]: a function of the pictures alone.</param>
    /// <param name="enlarge">Brings degraded pictures to H × W. Default: they have that size.</param>
    /// <param name="spread">
    /// Where <paramref name="degrade"/> takes means of groups of numbers, gives each number the mean of its group, for
    /// <see cref="ImageToImageRequest.Consistent"/> (see <see cref="MeanConsistency"/>). Default: null; it takes none.
    /// </param>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public ImageToImage(
        string name,
        int channels,
        Func<Tensor, Tensor> degrade,
        Func<Tensor, Tensor>? enlarge = null,
        Func<Tensor, Tensor>? spread = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(degrade);
        this.channels = Require.AtLeast(channels, 1);
        (Name, this.degrade, this.enlarge, this.spread) = (name, degrade, enlarge, spread);
    }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>
    /// Gets the largest deviation of the noise that training adds to degraded pictures; that of an example is uniform from 0 to it. The
    /// network is given the share of it, so sampling must have the same; with 0 it is given none. Range: ≥ 0.
    /// </summary>
    /// <value>Default: 0.2.</value>
    public double MostNoise { get; init => field = Require.NotNegative(value); } = 0.2;

    /// <summary>Gets what the network is given, for <c>UNetOptions.Conditions</c>.</summary>
    public ImmutableArray<NetworkCondition> Conditions => MostNoise > 0
        ? [NetworkCondition.Spatial(Picture, channels), NetworkCondition.Vector(PictureNoise, 1)]
        : [NetworkCondition.Spatial(Picture, channels)];

    /// <summary>
    /// Describes super-resolution: the degraded picture is the mean of each block of pixels, and the network is given it enlarged by
    /// bicubic interpolation, as SR3 is.
    /// </summary>
    /// <param name="factor">The side of a block: 4 for 7×7 → 28×28. Range: ≥ 2.</param>
    /// <param name="channels">The channels of the pictures. Range: ≥ 1.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static ImageToImage SuperResolution(int factor, int channels)
    {
        TorchRuntime.EnsureLoaded();
        Require.AtLeast(factor, 2);
        return new ImageToImage(
            FormattableString.Invariant($"super-resolution by {factor}"),
            channels,
            pictures => BlockMeans(pictures, factor),
            small => nn.functional.interpolate(
                small, scale_factor: [factor, factor], mode: InterpolationMode.Bicubic, align_corners: false),
            small => nn.functional.interpolate(small, scale_factor: [factor, factor]));
    }

    /// <summary>Degrades whole pictures as the task does.</summary>
    /// <param name="pictures">The pictures in [-1, 1], floating-point [B, C, H, W].</param>
    /// <returns>The degraded pictures, [B, …]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The pictures do not fit the task.</exception>
    public Tensor Degrade(Tensor pictures)
    {
        Require.Batch(pictures);
        using var scope = NewDisposeScope();
        return degrade(pictures).MoveToOuterDisposeScope();
    }

    /// <summary>Brings degraded pictures to the size of x_t, as the network is given them; not clipped.</summary>
    /// <param name="degraded">The degraded pictures, floating-point [B, …].</param>
    /// <returns>The pictures, [B, C, H, W]; a fresh tensor.</returns>
    /// <exception cref="ArgumentException">The pictures do not fit the task.</exception>
    public Tensor Enlarge(Tensor degraded)
    {
        Require.Batch(degraded);
        using var scope = NewDisposeScope();
        return (enlarge is null ? degraded.clone() : enlarge(degraded)).MoveToOuterDisposeScope();
    }

    /// <summary>Makes what the network is given, for <see cref="SamplingRequest.Conditions"/> and training.</summary>
    /// <param name="degraded">The degraded pictures, floating-point [B, …].</param>
    /// <param name="noise">The deviation of the noise in each, [B]. Default: zeros.</param>
    /// <returns>
    /// A tensor for each of <see cref="Conditions"/>: the picture, and the deviation as a share of <see cref="MostNoise"/>. The caller
    /// disposes them.
    /// </returns>
    /// <exception cref="ArgumentException">An argument does not fit the task.</exception>
    public IReadOnlyDictionary<string, Tensor> Given(Tensor degraded, Tensor? noise = null)
    {
        Require.Batch(degraded);
        long count = degraded.size(0);
        if (noise is not null && (noise.dim() != 1 || noise.size(0) != count))
        {
            throw new ArgumentException($"noise must be [{count}], but is {Require.Shape(noise)}.", nameof(noise));
        }

        using var scope = NewDisposeScope();
        var given = new Dictionary<string, Tensor> { [Picture] = Enlarge(degraded) };
        if (MostNoise > 0)
        {
            given[PictureNoise] = noise is null
                ? zeros([count, 1], degraded.dtype, degraded.device)
                : noise.to(degraded.dtype, degraded.device).reshape(count, 1).Over(MostNoise);
        }

        foreach (Tensor tensor in given.Values) tensor.MoveToOuterDisposeScope();
        return given;
    }

    /// <summary>Draws pictures given degraded ones.</summary>
    /// <param name="sampler">A sampler of a network that was trained for the task.</param>
    /// <param name="request">The degraded pictures, and how many samples of each.</param>
    /// <param name="progress">Receives the progress after every step.</param>
    /// <param name="cancellationToken">Stops the run within one step.</param>
    /// <returns>The samples, [N · SamplesPerPicture, C, H, W]; those of a picture follow each other. A fresh tensor.</returns>
    /// <exception cref="ArgumentException">The request is out of range or does not fit the task or the network.</exception>
    /// <exception cref="InvalidOperationException">The model is in training mode, or its output has the wrong shape.</exception>
    /// <exception cref="NonFiniteException">The samples became NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; all intermediate tensors are freed.</exception>
    public Tensor Sample(
        DiffusionSampler sampler,
        ImageToImageRequest request,
        IProgress<SamplingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        ArgumentNullException.ThrowIfNull(request);
        request.Validated();
        if (!(request.NoiseLevel >= 0 && request.NoiseLevel <= MostNoise))
        {
            throw new ArgumentException(
                $"NoiseLevel must be 0 … {MostNoise}, what the network is trained with, but is {request.NoiseLevel}.", nameof(request));
        }

        if (request.Consistent && spread is null)
        {
            throw new ArgumentException($"Consistent must be false for {Name}, which has no spread, but is true.", nameof(request));
        }

        using var scope = NewDisposeScope();
        Tensor pictures = request.Pictures;
        Tensor levels = zeros([pictures.size(0)], pictures.dtype, pictures.device).Plus(request.NoiseLevel);
        IReadOnlyDictionary<string, Tensor> given = Given(pictures, levels);
        MeanConsistency? consistency =
            request.Consistent ? new MeanConsistency(pictures, degrade, spread!, request.SamplesPerPicture) : null;
        Tensor samples = sampler.Sample(
            new SamplingRequest
            {
                SampleShape = [request.Channels ?? pictures.size(1), .. given[Picture].shape[2..]],
                Noise = request.Noise,
                Conditions = given,
                SamplesPerLabel = request.SamplesPerPicture,
                BatchSize = request.BatchSize,
                ElementType = pictures.dtype,
                Device = pictures.device,
                Hook = consistency,
            },
            progress,
            cancellationToken);
        if (consistency is null) return samples;
        // A sampler's last step may move on from the last estimate.
        using (samples) return consistency.Project(samples, sampler.Process.Options.Clipping.Limit).MoveToOuterDisposeScope();
    }

    private static Tensor BlockMeans(Tensor pictures, int factor)
    {
        if (pictures.dim() != 4 || pictures.size(2) % factor != 0 || pictures.size(3) % factor != 0)
        {
            throw new ArgumentException(
                $"pictures must be [B, C, H, W] with sides that {factor} divides, but are {Require.Shape(pictures)}.", nameof(pictures));
        }

        return nn.functional.avg_pool2d(pictures, factor);
    }
}
