using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>
/// A small variational autoencoder (Kingma and Welling 2013, arXiv:1312.6114): q(z | x) and p(x | z) are normal with diagonal covariance,
/// each from a network of two hidden layers; z is standard normal. Pixels are read by the decoder that the diffusion's L_0 uses, 256 bins
/// of 2/255, so that both models' bits are the same bits.
/// </summary>
internal sealed class Vae : nn.Module<Tensor, (Tensor Rate, Tensor Distortion)>
{
    /// <summary>The dimensions of z.</summary>
    public const int Latents = 16;

    // No pixel is more certain than at the last step of the diffusion: σ² ≥ β_1.
    private const double LeastLogVariance = -9.210340371976182, MostLogVariance = 2;

    private readonly Sequential encoder;
    private readonly Sequential decoder;
    private readonly int pixels;

    /// <summary>A network with random weights.</summary>
    /// <param name="pixels">The pixels of a picture.</param>
    /// <param name="width">The units of a hidden layer.</param>
    /// <param name="seed">The seed of the weights.</param>
    public Vae(int pixels, int width, long seed)
        : base(nameof(Vae))
    {
        manual_seed(seed);
        this.pixels = pixels;
        encoder = Layers(pixels, width, 2 * Latents);
        decoder = Layers(Latents, width, 2 * pixels);
        RegisterComponents();
    }

    /// <summary>The width with which the network comes nearest to a number of parameters.</summary>
    public static int WidthFor(int pixels, long count)
    {
        long Parameters(int width) => 2L * width * width + width * (4L + 3 * (pixels + Latents)) + 2 * (pixels + Latents);
        return Enumerable.Range(1, 4096).MinBy(width => Math.Abs(Parameters(width) - count));
    }

    /// <summary>Rate KL(q(z | x) ‖ N(0, I)) and distortion -log p(x | z) with one z, in bits/dim, [B] each.</summary>
    /// <param name="x">Pictures in [-1, 1], [B, 1, H, W].</param>
    public override (Tensor Rate, Tensor Distortion) forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        (Tensor mean, Tensor logVariance) = Halves(encoder.forward(x.flatten(1)));
        Tensor z = mean + (logVariance / 2).exp() * randn_like(mean);
        Tensor rate = ((mean.square() + logVariance.exp() - 1 - logVariance) / 2).sum(1);
        (Tensor centre, Tensor spread) = Pixels(z);
        Tensor likelihood = Decoder.DiscretizedExact.LogLikelihood(x.flatten(1).to(float64), centre.to(float64), spread.to(float64));
        Tensor distortion = -likelihood.sum(1);
        double bits = 1 / (pixels * Math.Log(2));
        return ((rate * bits).MoveToOuterDisposeScope(), (distortion * bits).MoveToOuterDisposeScope());
    }

    /// <summary>Pictures from z ~ N(0, I): the means of p(x | z), [count, pixels].</summary>
    public Tensor Sample(long count)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return Pixels(randn(count, Latents)).Mean.MoveToOuterDisposeScope();
    }

    private (Tensor Mean, Tensor LogVariance) Pixels(Tensor z)
    {
        (Tensor mean, Tensor logVariance) = Halves(decoder.forward(z));
        return (mean, logVariance.clamp(LeastLogVariance, MostLogVariance));
    }

    private static (Tensor First, Tensor Second) Halves(Tensor both)
    {
        Tensor[] halves = both.chunk(2, 1);
        return (halves[0], halves[1]);
    }

    private static Sequential Layers(int inputs, int width, int outputs) => nn.Sequential(
        nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, outputs));
}
