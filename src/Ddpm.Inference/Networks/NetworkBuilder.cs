using Ddpm.Core;

namespace Ddpm.Inference;

/// <summary>
/// Receives the layers of an <see cref="INetworkDescription"/> in the order in which a prediction computes them. Each method adds a layer
/// and returns what it gives. Names are those of the state dict, without <c>.weight</c> and <c>.bias</c>. Over 300 lines because each layer
/// states its shapes and checks its arguments.
/// </summary>
public sealed class NetworkBuilder
{
    /// <summary>
    /// Replaces a scale of 0 for the last layer of a residual branch, whose initial output is then almost zero (Ho et al.'s code).
    /// </summary>
    public const double NearZero = 1e-10;

    private readonly INetworkDescription description;
    private readonly List<Feature> features = [];
    private readonly HashSet<string> names = [];
    private readonly Dictionary<string, Feature> conditions = [];

    internal NetworkBuilder(INetworkDescription description)
    {
        this.description = description;
        Input = Add(new InputOperation(), description.InChannels, 0);
    }

    /// <summary>Gets x_t, [B, C, …].</summary>
    public Feature Input { get; }

    /// <summary>All features so far.</summary>
    internal IReadOnlyList<Feature> Features => features;

    /// <summary>Embeds the timestep as sines and cosines (Vaswani et al. 2017, arXiv:1706.03762, sec. 3.5).</summary>
    /// <param name="channels">The number of channels of the embedding. Range: ≥ 2.</param>
    /// <param name="frequencyShift">
    /// The number that is subtracted from the number of frequencies in the exponent. Range: 0 ≤ shift &lt; channels / 2.
    /// </param>
    /// <param name="cosineFirst">Whether cosines come before sines.</param>
    /// <returns>A conditioning vector, [B, channels].</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public Feature Sinusoid(int channels, double frequencyShift = 1, bool cosineFirst = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 2);
        if (!(frequencyShift >= 0 && frequencyShift < channels / 2))
        {
            throw new ArgumentOutOfRangeException(
                nameof(frequencyShift), frequencyShift,
                $"frequencyShift must be from 0 to below {channels / 2}, the number of frequencies.");
        }

        return Add(new SinusoidOperation(channels, frequencyShift, cosineFirst), channels, null);
    }

    /// <summary>Looks up the vector of the example's class.</summary>
    /// <param name="name">The name of the table.</param>
    /// <param name="channels">The number of channels of a vector. Range: ≥ 1.</param>
    /// <returns>A conditioning vector, [B, channels].</returns>
    /// <exception cref="InvalidOperationException">The description has no classes.</exception>
    public Feature ClassEmbedding(string name, int channels)
    {
        Named(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (description.ClassCount < 1)
        {
            throw new InvalidOperationException(
                $"{nameof(INetworkDescription.ClassCount)} must be ≥ 1 for a class embedding, but is {description.ClassCount}.");
        }

        int rows = description.ClassCount + (description.HasNullLabel ? 1 : 0);
        return Add(new EmbeddingOperation(name, rows, channels), channels, null);
    }

    /// <summary>Reads a condition of the example, one of <see cref="INetworkDescription.Conditions"/>.</summary>
    /// <param name="name">The condition's name.</param>
    /// <returns>[B, C, …] in the size of x_t, or a conditioning vector, [B, C].</returns>
    /// <exception cref="ArgumentException">The description has no such condition.</exception>
    public Feature Condition(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (conditions.TryGetValue(name, out Feature? known)) return known;
        IReadOnlyList<NetworkCondition> all = description.Conditions;
        int index = 0;
        while (index < all.Count && all[index].Name != name) index++;
        Require(index < all.Count, nameof(name), $"a name of {nameof(INetworkDescription)}.{nameof(INetworkDescription.Conditions)}", name);
        return conditions[name] = Add(new ConditionOperation(name, index), all[index].Channels, all[index].IsVector ? null : 0);
    }

    /// <summary>Convolves an image or a signal.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="x">The input, [B, C, H, W] or [B, C, L].</param>
    /// <param name="channels">The channels of the result. Range: ≥ 1.</param>
    /// <param name="kernel">The size of the kernel in each direction. Range: odd, ≥ 1.</param>
    /// <param name="stride">1 keeps the size, 2 halves it.</param>
    /// <param name="padding">The places where the kernel sees zeros beyond the border.</param>
    /// <param name="scale">The share of the input's variance with which training begins. Range: &gt; 0.</param>
    /// <returns>[B, channels, …].</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public Feature Convolution(
        string name, Feature x, int channels, int kernel = 3, int stride = 1, ConvolutionPadding padding = ConvolutionPadding.Same,
        double scale = 1)
    {
        Named(name);
        Spatial(x, nameof(x));

        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Require(kernel >= 1 && kernel % 2 == 1, nameof(kernel), "odd and ≥ 1", kernel);
        Require(stride is 1 or 2, nameof(stride), "1 or 2", stride);
        Require(padding == ConvolutionPadding.Same || (kernel == 3 && stride == 2), nameof(padding),
            "Same, unless the kernel is 3 and the stride 2", padding);
        Require(scale > 0, nameof(scale), "> 0", scale);
        var operation = new ConvolutionOperation(name, x, channels, description.SpatialDimensions, kernel, stride, padding, scale);
        return Add(operation, channels, x.Halvings + (stride == 2 ? 1 : 0));
    }

    /// <summary>Connects all channels of each pixel, or of a vector, with all channels of the result.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="x">The input.</param>
    /// <param name="channels">The channels of the result. Range: ≥ 1.</param>
    /// <param name="scale">The share of the input's variance with which training begins. Range: &gt; 0.</param>
    /// <returns>The result in the size of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public Feature Linear(string name, Feature x, int channels, double scale = 1)
    {
        Named(name);
        Known(x, nameof(x));
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        Require(scale > 0, nameof(scale), "> 0", scale);
        return Add(new LinearOperation(name, x, channels, scale), channels, x.Halvings);
    }

    /// <summary>Normalises groups of channels (Wu and He 2018, arXiv:1803.08494).</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="x">The input, features of the example.</param>
    /// <param name="groups">The number of groups; 1 is layer normalisation. Range: a divisor of the channels.</param>
    /// <param name="epsilon">The number that is added to the variance. Range: &gt; 0.</param>
    /// <returns>The result in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public Feature GroupNorm(string name, Feature x, int groups, double epsilon = 1e-6)
    {
        Named(name);
        Example(x, nameof(x));
        Require(groups >= 1 && x.Channels % groups == 0, nameof(groups), $"a divisor of the {x.Channels} channels", groups);
        Require(epsilon > 0, nameof(epsilon), "> 0", epsilon);
        return Add(new GroupNormOperation(name, x, groups, epsilon), x.Channels, x.Halvings);
    }

    /// <summary>
    /// Lets every pixel attend to every other: softmax(q kᵀ/√d) v (Vaswani et al. 2017, arXiv:1706.03762), without projection of the
    /// result.
    /// </summary>
    /// <param name="query">The name of the dense layer that gives the queries.</param>
    /// <param name="key">The name of the dense layer that gives the keys.</param>
    /// <param name="value">The name of the dense layer that gives the values.</param>
    /// <param name="x">The input, an image or a signal.</param>
    /// <param name="heads">The number of heads that share the channels. Range: a divisor of the channels.</param>
    /// <returns>The result in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public Feature SelfAttention(string query, string key, string value, Feature x, int heads = 1)
    {
        Named(query);
        Named(key);
        Named(value);
        Spatial(x, nameof(x));

        Require(heads >= 1 && x.Channels % heads == 0, nameof(heads), $"a divisor of the {x.Channels} channels", heads);
        return Add(new SelfAttentionOperation(query, key, value, x, heads), x.Channels, x.Halvings);
    }

    /// <summary>Computes x / (1 + e^-x) (Elfwing et al. 2017, arXiv:1702.03118).</summary>
    /// <param name="x">The input.</param>
    /// <returns>The result in the shape of <paramref name="x"/>.</returns>
    public Feature Silu(Feature x) => Activate(x, Activation.Silu);

    /// <summary>Computes max(x, 0), element by element.</summary>
    /// <param name="x">The input.</param>
    /// <returns>The result in the shape of <paramref name="x"/>.</returns>
    public Feature Relu(Feature x) => Activate(x, Activation.Relu);

    /// <summary>Computes tanh x, element by element.</summary>
    /// <param name="x">The input.</param>
    /// <returns>The result in the shape of <paramref name="x"/>.</returns>
    public Feature Tanh(Feature x) => Activate(x, Activation.Tanh);

    /// <summary>Multiplies and adds the same two numbers everywhere.</summary>
    /// <param name="x">The input.</param>
    /// <param name="multiplier">The factor of each number.</param>
    /// <param name="addend">The number that is then added.</param>
    /// <returns>x · multiplier + addend.</returns>
    public Feature Affine(Feature x, double multiplier, double addend)
    {
        Known(x, nameof(x));
        return Add(new AffineOperation(x, multiplier, addend), x.Channels, x.Halvings);
    }

    /// <summary>Divides by the same number everywhere.</summary>
    /// <param name="x">The input.</param>
    /// <param name="divisor">The divisor of each number. Range: not 0.</param>
    /// <returns>x / divisor.</returns>
    /// <exception cref="ArgumentException"><paramref name="divisor"/> is 0.</exception>
    public Feature Divide(Feature x, double divisor)
    {
        Known(x, nameof(x));
        Require(divisor != 0 && double.IsFinite(divisor), nameof(divisor), "finite and not 0", divisor);
        return Add(new DivideOperation(x, divisor), x.Channels, x.Halvings);
    }

    /// <summary>Adds two features of one shape, or a conditioning vector to every pixel of a feature.</summary>
    /// <param name="x">The first term.</param>
    /// <param name="y">The second, with as many channels.</param>
    /// <returns>The sum in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Feature Add(Feature x, Feature y)
    {
        Known(x, nameof(x));
        Known(y, nameof(y));
        Require(y.Channels == x.Channels, nameof(y), $"a feature of {x.Channels} channels, as x", $"one of {y.Channels}");
        Require(y.IsConditioning || y.Halvings == x.Halvings, nameof(y), "of x's size, or a conditioning vector",
            $"halved {y.Halvings} times where x is {Size(x)}");
        return Add(new AddOperation(x, y), x.Channels, x.Halvings);
    }

    /// <summary>Scales and shifts each channel (adaptive group normalisation, arXiv:2105.05233): x (1 + scale) + shift.</summary>
    /// <param name="x">The input, with C channels.</param>
    /// <param name="scaleAndShift">A conditioning vector of 2 C numbers: the scales, then the shifts.</param>
    /// <returns>The result in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Feature Modulate(Feature x, Feature scaleAndShift)
    {
        Example(x, nameof(x));
        Known(scaleAndShift, nameof(scaleAndShift));
        bool fits = scaleAndShift.IsConditioning && scaleAndShift.Channels == 2 * x.Channels;
        Require(fits, nameof(scaleAndShift), $"a conditioning vector of {2 * x.Channels} numbers",
            $"a feature of {scaleAndShift.Channels}");
        return Add(new ModulateOperation(x, scaleAndShift), x.Channels, x.Halvings);
    }

    /// <summary>Joins the channels of two features.</summary>
    /// <param name="x">The first channels.</param>
    /// <param name="y">The channels after them, in the same size.</param>
    /// <returns>All channels.</returns>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public Feature Concatenate(Feature x, Feature y)
    {
        Known(x, nameof(x));
        Known(y, nameof(y));
        Require(y.Halvings == x.Halvings, nameof(y), "of x's size", $"{Size(y)} where x is {Size(x)}");
        return Add(new ConcatenateOperation(x, y), x.Channels + y.Channels, x.Halvings);
    }

    /// <summary>Doubles an image or a signal by repeating its pixels.</summary>
    /// <param name="x">The input.</param>
    /// <returns>[B, C, 2H, 2W], or [B, C, 2L].</returns>
    public Feature Upsample(Feature x)
    {
        Spatial(x, nameof(x));
        return Add(new UpsampleOperation(x), x.Channels, x.Halvings - 1);
    }

    /// <summary>Zeroes numbers at random while training (Srivastava et al. 2014) and scales the others by 1/(1-p).</summary>
    /// <param name="x">The input.</param>
    /// <param name="probability">The probability that a number becomes 0, the same in the whole network. Range: 0 ≤ p &lt; 1.</param>
    /// <returns>The result in the shape of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    public Feature Dropout(Feature x, double probability)
    {
        Known(x, nameof(x));
        Require(probability is >= 0 and < 1, nameof(probability), "0 ≤ p < 1", probability);
        return probability == 0 ? x : Add(new DropoutOperation(x, probability), x.Channels, x.Halvings);
    }

    private static string Size(Feature x) => x.Halvings is { } halvings ? $"halved {halvings} times" : "a conditioning vector";

    private static void Require(bool valid, string name, string expected, object actual)
    {
        if (!valid) throw new ArgumentException($"{name} must be {expected}, but is {actual}.", name);
    }

    private Feature Activate(Feature x, Activation function)
    {
        Known(x, nameof(x));
        return Add(new ActivationOperation(x, function), x.Channels, x.Halvings);
    }

    private Feature Add(Operation operation, int channels, int? halvings)
    {
        var feature = new Feature(operation, features.Count, channels, halvings);
        features.Add(feature);
        return feature;
    }

    private void Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!names.Add(name))
        {
            throw new ArgumentException($"name must be new in the network, but \"{name}\" names a layer already.", nameof(name));
        }
    }

    private void Known(Feature x, string argument)
    {
        ArgumentNullException.ThrowIfNull(x, argument);
        bool known = x.Index < features.Count && ReferenceEquals(features[x.Index], x);
        Require(known, argument, "a feature of this network", "one of another");
    }

    private void Example(Feature x, string argument)
    {
        Known(x, argument);
        Require(!x.IsConditioning, argument, "a feature of the example", "a conditioning vector");
    }

    private void Spatial(Feature x, string argument)
    {
        Example(x, argument);
        Require(description.SpatialDimensions > 0, argument, "an image or a signal", "a vector, which Linear is for");
    }
}
