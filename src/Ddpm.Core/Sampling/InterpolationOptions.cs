using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Sets how <see cref="DiffusionSampler.Interpolate"/> mixes.</summary>
public sealed record InterpolationOptions
{
    /// <summary>Gets the defaults, as in the paper: a linear mixture and separate noise for each end.</summary>
    public static InterpolationOptions Default { get; } = new();

    /// <summary>
    /// Gets whether the mixture goes along the great circle instead of the chord, which keeps the length of noise (Song et al. 2020,
    /// arXiv:2010.02502, appendix D.5).
    /// </summary>
    /// <value>Default: false: (1-λ) x + λ x' (Ho et al. 2020, sec. 4.4).</value>
    public bool Spherical { get; init; }

    /// <summary>Gets whether both ends get the same noise.</summary>
    /// <value>Default: false.</value>
    public bool SharedNoise { get; init; }

    /// <summary>The mixture of two batches, example by example. Called inside a dispose scope.</summary>
    internal Tensor Mix(Tensor first, Tensor second, double weight)
    {
        if (!Spherical) return first.Times(1 - weight).Plus(second.Times(weight));
        Tensor a = first.reshape(first.size(0), -1), b = second.reshape(second.size(0), -1);
        Tensor cosine = (a * b).sum([1], keepdim: true) / (a.norm(1, keepdim: true) * b.norm(1, keepdim: true));
        Tensor angle = cosine.Clamp(-1, 1).acos(), sine = angle.sin();
        // Along the same line the circle is the chord.
        Tensor straight = sine.LessThan(1e-6);
        Tensor left = where(straight, 1 - weight, angle.Times(1 - weight).sin() / sine);
        Tensor right = where(straight, weight, angle.Times(weight).sin() / sine);
        return (left * a).Plus(right * b).reshape(first.shape);
    }
}
