using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>The gradients of a group normalisation of a batch: <see cref="GroupNormGradientKernel{TLanes}"/> for each part.</summary>
internal sealed unsafe class GroupNormGradient<TLanes> : PlanStep
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly Plane source, gradient, target;
    private readonly NormParameters parameters;
    private readonly double* weights, biases;
    private readonly GroupSlices slices;

    /// <param name="source">The normalisation's input; its channels are a multiple of 16.</param>
    /// <param name="gradient">The gradient of its result.</param>
    /// <param name="target">Where its input's gradient goes.</param>
    /// <param name="parameters">The normalisation.</param>
    /// <param name="memory">Memory to compute in: <see cref="Floats"/>.</param>
    /// <param name="threads">How many threads share the work.</param>
    public GroupNormGradient(Plane source, Plane gradient, Plane target, NormParameters parameters, float* memory, int threads)
    {
        this.source = source;
        this.gradient = gradient;
        this.target = target;
        this.parameters = parameters;
        weights = (double*)memory;
        biases = weights + (long)source.Images * source.Channels;
        slices = new GroupSlices(source.Images, source.Channels, parameters.Groups, threads);
    }

    public override int Parts => slices.Parts;

    public override long ScratchFloats => (long)source.Channels * GroupNormGradientKernel<TLanes>.BytesPerChannel / sizeof(float);

    /// <summary>Returns how many numbers a batch needs to compute in.</summary>
    public static long Floats(int images, int channels) => 4L * images * channels;

    /// <summary>Sums the parameters' gradients over the images, in their order.</summary>
    /// <param name="weight">The weight's gradient.</param>
    /// <param name="bias">The bias's gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Sum(float* weight, float* bias)
    {
        int channels = source.Channels;
        for (int c = 0; c < channels; c++)
        {
            double ofWeight = 0, ofBias = 0;
            for (long image = 0; image < source.Images; image++)
            {
                ofWeight += weights[image * channels + c];
                ofBias += biases[image * channels + c];
            }

            weight[c] = (float)ofWeight;
            bias[c] = (float)ofBias;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Execute(int part, float* scratch)
    {
        (int image, int begin, int groups, int channels) = slices.Of(part);
        long place = (long)image * source.Channels + begin;
        var arguments = new GroupNormGradientArguments
        {
            Channels = channels,
            Stride = source.Stride,
            Pixels = source.PixelsPerImage,
            Groups = groups,
            Epsilon = parameters.Epsilon,
            Silu = parameters.Silu,
            Weight = parameters.Weight + begin,
            Bias = parameters.Bias + begin,
            Source = source.Image(image) + begin,
            Gradient = gradient.Image(image) + begin,
            Target = target.Image(image) + begin,
            WeightGradient = weights + place,
            BiasGradient = biases + place,
        };
        GroupNormGradientKernel<TLanes>.Run(arguments, (double*)scratch);
    }
}
