using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.Hosting;

/// <summary>What a run draws: checked, and ready for a sampler.</summary>
internal sealed record RunSettings
{
    /// <summary>Gets the settings as people see them.</summary>
    public required SampleSettings Sample { get; init; }

    /// <summary>Gets what the sampler is made with.</summary>
    public required SamplerKey Sampler { get; init; }

    /// <summary>Gets [C, H, W] of a picture.</summary>
    public required int[] Shape { get; init; }

    /// <summary>Gets the steps between two previews; null for a pace by time.</summary>
    public int? PreviewEvery { get; init; }

    /// <summary>Gets the picture or pictures that the run begins with, [1 or Count, C, H, W]; null for noise.</summary>
    public float[]? Image { get; init; }

    /// <summary>Gets which pixels are kept; null for none.</summary>
    public bool[]? Known { get; init; }

    /// <summary>Gets the rows of each condition of the network, by its name.</summary>
    public required IReadOnlyDictionary<string, ConditionRows> Conditions { get; init; }

    /// <summary>Gets how often inpainting goes back and forth.</summary>
    public InpaintingOptions Inpainting { get; init; } = InpaintingOptions.Default;

    /// <summary>Gets whether all pictures have the noise of the first, because they lie between two.</summary>
    public bool IsBetween => Sample.ToSeed is not null || (Image is not null && Image.Length > Elements);

    /// <summary>Gets the numbers of one picture.</summary>
    public int Elements => Shape[0] * Shape[1] * Shape[2];

    /// <summary>Gets whether the run begins with noise of its own alone.</summary>
    public bool IsPlain => Image is null && Sample.ToSeed is null;

    /// <summary>Gets the moves of the run, which are more than the steps for inpainting and fewer from a picture.</summary>
    public int Moves => Known is not null ? InpaintingMoves.Of(Sampler.Steps, Inpainting).Count()
        : Image is not null ? Strength.StepsOf(Sample.Strength!.Value, Sampler.Steps)
        : Sampler.Steps;

    /// <summary>Returns the class of a picture; null for none.</summary>
    public int? LabelOf(int k) => Sample.Labels is { } labels ? labels[k % labels.Count] : null;

    /// <summary>Returns the noise of a picture.</summary>
    public SampleNoise NoiseOf(int k) => new(Sample.Seed, IsBetween ? 0 : k);

    /// <summary>Returns where the run begins; null for noise.</summary>
    public InferenceStart? Start() => Sample.ToSeed is not null ? InferenceStart.Noisy(BetweenSeeds(), Sampler.Steps - 1)
        : Image is not null && Known is null ? InferenceStart.AtStrength(Image, Sample.Strength!.Value)
        : null;

    /// <summary>Returns what the run fills in; null for nothing.</summary>
    public InferenceInpainting? Inpaint() =>
        Known is null ? null : new InferenceInpainting(Image, Known) { Options = Inpainting };

    // Spherical interpolation keeps the norm of the noise, as DDIM's authors do it (Song et al. 2020, arXiv:2010.02502, appendix D.5).
    private float[] BetweenSeeds()
    {
        float[] first = Noise(Sample.Seed), last = Noise(Sample.ToSeed!.Value), all = new float[Sample.Count * Elements];
        double dot = 0, norms = 0, lastNorms = 0;
        for (int i = 0; i < Elements; i++)
        {
            dot += (double)first[i] * last[i];
            norms += (double)first[i] * first[i];
            lastNorms += (double)last[i] * last[i];
        }

        double angle = Math.Acos(Math.Clamp(dot / Math.Sqrt(norms * lastNorms), -1, 1));
        for (int k = 0; k < Sample.Count; k++)
        {
            double part = k / (Sample.Count - 1.0);
            (double ofFirst, double ofLast) = Math.Sin(angle) < 1e-6
                ? (1 - part, part)
                : (Math.Sin((1 - part) * angle) / Math.Sin(angle), Math.Sin(part * angle) / Math.Sin(angle));
            Span<float> sample = all.AsSpan(k * Elements, Elements);
            for (int i = 0; i < Elements; i++) sample[i] = (float)((ofFirst * first[i]) + (ofLast * last[i]));
        }

        return all;
    }

    private float[] Noise(long seed)
    {
        var noise = new float[Elements];
        new CounterBasedRandom(seed, 0, 0).FillNormal(noise);
        return noise;
    }
}
