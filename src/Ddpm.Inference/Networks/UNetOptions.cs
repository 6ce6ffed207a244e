using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// Sets the shape of a <c>UNet</c>. The defaults are the CIFAR-10 network of Ho et al. 2020 (arXiv:2006.11239, appendix B): 35.7 M
/// parameters.
/// </summary>
public sealed partial record UNetOptions
{
    /// <summary>Gets the paper's network for CIFAR-10, <see cref="Cifar10"/>.</summary>
    public static UNetOptions Default => Cifar10;

    /// <summary>Gets the paper's network for CIFAR-10: 32×32 RGB, 35,746,307 parameters, dropout 0.1.</summary>
    public static UNetOptions Cifar10 { get; } = new();

    /// <summary>
    /// Gets the paper's network for LSUN and CelebA-HQ: 256×256 RGB, six levels, 113,673,219 parameters, no dropout (appendix B).
    /// </summary>
    public static UNetOptions Lsun256 { get; } = new() { Height = 256, Width = 256, ChannelMultipliers = [1, 1, 2, 2, 4, 4], Dropout = 0 };

    /// <summary>Gets the same network as <see cref="Lsun256"/> under its other name.</summary>
    public static UNetOptions CelebAHq256 => Lsun256;

    /// <summary>
    /// Gets the paper's large network for LSUN Bedroom: 255,677,955 parameters; its 192 channels are inferred from "256M" (appendix B).
    /// </summary>
    public static UNetOptions Lsun256Large { get; } = Lsun256 with { BaseChannels = 192 };

    /// <summary>
    /// Gets a small network for 28×28 grayscale, such as MNIST: levels of 28, 14 and 7 pixels, 6,469,889 parameters. Not the paper's.
    /// </summary>
    public static UNetOptions Mnist28 { get; } = new()
    {
        Height = 28,
        Width = 28,
        InChannels = 1,
        OutChannels = 1,
        BaseChannels = 64,
        ChannelMultipliers = [1, 2, 2],
        AttentionResolutions = [14],
    };

    /// <summary>Gets the height of the images, or the length of the signals. Range: a multiple of 2^(levels-1).</summary>
    /// <value>Default: 32.</value>
    public int Height { get; init; } = 32;

    /// <summary>Gets the width of the images; not used for signals. Range: a multiple of 2^(levels-1).</summary>
    /// <value>Default: 32.</value>
    public int Width { get; init; } = 32;

    /// <summary>Gets the channels of x_t: 3 for RGB, 1 for grayscale. Range: ≥ 1.</summary>
    /// <value>Default: 3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>
    /// Gets the channels of the output: <see cref="InChannels"/>, or twice as many if the variance is learned too. Range: ≥ 1.
    /// </summary>
    /// <value>Default: 3.</value>
    public int OutChannels { get; init; } = 3;

    /// <summary>The shape of one sample: [C, H, W] of images, [C, L] of signals.</summary>
    internal ImmutableArray<int> SampleShape => IsSignal ? [InChannels, Height] : [InChannels, Height, Width];

    /// <summary>Gets the channels that the multipliers multiply. Range: ≥ 1.</summary>
    /// <value>Default: 128 (appendix B).</value>
    public int BaseChannels { get; init; } = 128;

    /// <summary>
    /// Gets the channels of each level in units of <see cref="BaseChannels"/>, from the full resolution down; each level but the last
    /// halves the image.
    /// </summary>
    /// <value>Default: 1, 2, 2, 2: levels of 32, 16, 8 and 4 pixels (appendix B).</value>
    public ImmutableArray<int> ChannelMultipliers { get; init; } = [1, 2, 2, 2];

    /// <summary>Gets the residual blocks of each level on the way down; the way up has one more. Range: ≥ 1.</summary>
    /// <value>Default: 2 (appendix B).</value>
    public int BlocksPerLevel { get; init; } = 2;

    /// <summary>Gets the heights of the levels that attend after each residual block. The middle of the network always attends.</summary>
    /// <value>Default: 16 (appendix B).</value>
    public ImmutableArray<int> AttentionResolutions { get; init; } = [16];

    /// <summary>
    /// Gets the channels of each attention head; null: one head as wide as its block. Range: a divisor of the channels that attend.
    /// </summary>
    /// <value>Default: null (one head (the authors' code)).</value>
    public int? AttentionHeadChannels { get; init; }

    /// <summary>Gets the probability with which dropout zeroes an element in each residual block. Range: 0 ≤ p &lt; 1.</summary>
    /// <value>Default: 0.1 (appendix B).</value>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Gets the groups of each normalisation. Range: a divisor of every level's channels.</summary>
    /// <value>Default: 32 (the authors' code).</value>
    public int NormGroups { get; init; } = 32;

    /// <summary>Gets the number that each normalisation adds to the variance. Range: &gt; 0.</summary>
    /// <value>Default: 1e-6 (the authors' code); improved-diffusion and diffusers' own default have 1e-5.</value>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>
    /// Gets how down-sampling pads: 0 for right and bottom only, as TensorFlow does at stride 2, or 1 for all sides. Range: 0 or 1.
    /// </summary>
    /// <value>Default: 0 (the authors' code).</value>
    public int DownsamplePadding { get; init; }

    /// <summary>Gets whether the time embedding is [cos | sin] instead of [sin | cos].</summary>
    /// <value>Default: false (the authors' code).</value>
    public bool CosineFirst { get; init; }

    /// <summary>Gets the number that is subtracted from the number of frequencies in the time embedding's exponent. Range: ≥ 0.</summary>
    /// <value>Default: 1 (the authors' code): the lowest frequency is exactly 1/10,000.</value>
    public double FrequencyShift { get; init; } = 1;

    /// <summary>Gets the divisor of the middle blocks' residual sums. Range: &gt; 0.</summary>
    /// <value>Default: 1.</value>
    public double MidBlockScale { get; init; } = 1;

    /// <summary>
    /// Gets whether the time embedding scales and shifts the second normalisation instead of being added before it (improved-diffusion). As
    /// in diffusers, the middle's attention then has no normalisation.
    /// </summary>
    /// <value>Default: false (the authors' code).</value>
    public bool TimeScaleShift { get; init; }

    /// <summary>Gets whether the input is mapped from [0, 1] to [-1, 1] first.</summary>
    /// <value>Default: false (the authors' code).</value>
    public bool CenterInput { get; init; }

    /// <summary>
    /// Gets whether the data are signals [B, C, L], such as sound, of length <see cref="Height"/>: every convolution is then over one
    /// dimension.
    /// </summary>
    /// <value>Default: false: images [B, C, H, W].</value>
    public bool IsSignal { get; init; }

    /// <summary>Gets the number of classes whose labels the network takes; null: none. Range: ≥ 1.</summary>
    /// <value>Default: null (unconditional, as in the paper).</value>
    public int? ClassCount { get; init; }

    /// <summary>
    /// Gets whether the network has an embedding for "no class" besides those of its classes, as classifier-free guidance needs (Ho and
    /// Salimans 2022, arXiv:2207.12598). It has no effect if <see cref="ClassCount"/> is null.
    /// </summary>
    /// <value>Default: true.</value>
    public bool NullLabel { get; init; } = true;

    /// <summary>Gets the names of the classes, as many as <see cref="ClassCount"/>.</summary>
    /// <value>Null: the classes have numbers only.</value>
    public ClassNames? ClassNames { get; init; }

    /// <summary>
    /// Gets the tensors that the network is given beside x_t: those in its size are concatenated to it, as in SR3 (arXiv:2104.07636);
    /// vectors are added to the time embedding through two dense layers with a SiLU between.
    /// </summary>
    /// <value>Default: none.</value>
    public ImmutableArray<NetworkCondition> Conditions { get; init; } = [];

    /// <summary>Gets the number of levels.</summary>
    public int Levels => ChannelMultipliers.Length;

    /// <summary>Gets the number that must divide the image's sides: 2^(levels-1).</summary>
    public int Divisor => 1 << (Levels - 1);

    /// <summary>The dimensions of an example without its channels: 2 for images, 1 for signals.</summary>
    internal int SpatialDimensions => IsSignal ? 1 : 2;

    /// <summary>The rows of the class embedding: one for each class, the last for none.</summary>
    internal int LabelRows => ClassCount is { } count ? count + (NullLabel ? 1 : 0) : 0;

    /// <summary>
    /// Describes the same layers for other data: the levels that attend stay the same levels, and a learned variance stays.
    /// </summary>
    /// <param name="height">The height of the images, or the length of the signals. Range: a multiple of <see cref="Divisor"/>.</param>
    /// <param name="width">The width of the images. Range: a multiple of <see cref="Divisor"/>.</param>
    /// <param name="channels">The channels. Range: ≥ 1.</param>
    /// <param name="classes">The number of classes. Default: none.</param>
    /// <param name="classNames">The names of the classes. Default: numbers only.</param>
    /// <returns>The shape.</returns>
    public UNetOptions WithData(int height, int width, int channels, int? classes = null, ClassNames? classNames = null) => this with
    {
        Height = height,
        Width = width,
        InChannels = channels,
        OutChannels = channels * (OutChannels / InChannels),
        AttentionResolutions = [.. Enumerable.Range(0, Levels).Where(Attends).Select(level => height >> level).Distinct()],
        ClassCount = classes ?? classNames?.Count,
        ClassNames = classNames,
    };

    /// <summary>Compares two shapes; lists are compared by their elements.</summary>
    /// <param name="other">Another network's shape.</param>
    public bool Equals(UNetOptions? other) => other is not null && Key().Equals(other.Key());

    /// <inheritdoc/>
    public override int GetHashCode() => Key().GetHashCode();

    /// <summary>The channels of a level.</summary>
    /// <param name="level">The level, 0 for the full resolution.</param>
    internal int Channels(int level) => BaseChannels * ChannelMultipliers[level];

    /// <summary>Whether a level attends.</summary>
    /// <param name="level">The level, 0 for the full resolution.</param>
    internal bool Attends(int level) => AttentionResolutions.Contains(Height >> level);

    private (string Lists, (int, int, int, int, int, int, int?, double) Sizes,
        (int, double, int, bool, double, double, bool, bool) Variants, (bool, int?, bool, ClassNames?, string) Inputs) Key() =>
        (string.Join(',', ChannelMultipliers) + ";" + string.Join(',', AttentionResolutions),
         (Height, Width, InChannels, OutChannels, BaseChannels, BlocksPerLevel, AttentionHeadChannels, Dropout),
         (NormGroups, NormEpsilon, DownsamplePadding, CosineFirst, FrequencyShift, MidBlockScale, TimeScaleShift, CenterInput),
         (IsSignal, ClassCount, NullLabel, ClassNames, string.Join(", ", Conditions)));
}
