using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>
/// Tells the network its timestep: the sinusoidal embedding of Vaswani et al. 2017 (arXiv:1706.03762, sec. 3.5) and two dense layers with
/// a SiLU between (Ho et al. 2020, arXiv:2006.11239, appendix B). [B] → [B, 4·C].
/// </summary>
internal sealed class TimeEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly int channels;
    private readonly double frequencyShift;
    private readonly bool cosineFirst;
    private readonly LinearLayer first;
    private readonly LinearLayer second;

    public TimeEmbedding(Initializer initializer, UNetOptions options)
        : this(initializer, options.BaseChannels, Features(options), options.FrequencyShift, options.CosineFirst)
    {
    }

    public TimeEmbedding(Initializer initializer, int channels, int features, double frequencyShift, bool cosineFirst)
        : base(nameof(TimeEmbedding))
    {
        this.channels = channels;
        this.frequencyShift = frequencyShift;
        this.cosineFirst = cosineFirst;
        first = new LinearLayer(initializer, channels, features);
        second = new LinearLayer(initializer, features, features);
        register_module("linear_1", first);
        register_module("linear_2", second);
    }

    /// <summary>The width of the embedding.</summary>
    public static int Features(UNetOptions options) => 4 * options.BaseChannels;

    /// <summary>[sin(t f) | cos(t f)] with f_i = 10000^(-i/(half - shift)), float32 [B, channels]; a zero is appended where the channels are odd.</summary>
    public static Tensor Sinusoid(Tensor t, int channels, double frequencyShift, bool cosineFirst)
    {
        using var scope = NewDisposeScope();
        Tensor angle = t.to(float32).unsqueeze(1) * Frequencies(channels, frequencyShift, t.device).unsqueeze(0); // [B, half]
        Tensor embedding = cosineFirst ? cat([angle.cos(), angle.sin()], 1) : cat([angle.sin(), angle.cos()], 1);
        if (channels % 2 == 1) embedding = F.pad(embedding, [0, 1]);
        return embedding.MoveToOuterDisposeScope();
    }

    /// <summary>The embedding in a native plan.</summary>
    public void Append(NativePlanBuilder builder, Tensor? classes)
    {
        using Tensor frequencies = Frequencies(channels, frequencyShift, null);
        builder.BeginTime(frequencies, channels, cosineFirst, first.Trained, second.Trained, classes);
    }

    private static Tensor Frequencies(int channels, double frequencyShift, Device? device)
    {
        using var scope = NewDisposeScope();
        int half = channels / 2;
        Tensor exponent = arange(half, dtype: float32, device: device) * (-Math.Log(10000)) / (half - frequencyShift);
        return exponent.exp().MoveToOuterDisposeScope();
    }

    public override Tensor forward(Tensor t)
    {
        using var scope = NewDisposeScope();
        // The embedding is float32 whatever the network's type, as in diffusers.
        Tensor sinusoid = Sinusoid(t, channels, frequencyShift, cosineFirst).to(first.ElementType);
        return second.forward(F.silu(first.forward(sinusoid))).MoveToOuterDisposeScope();
    }

    // Registered by hand above, with diffusers' names in diffusers' order; TorchSharp would add the fields under their own names.
    protected override void RegisterComponents()
    {
    }
}
