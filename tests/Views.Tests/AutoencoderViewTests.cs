using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Views.Tests;

public sealed class AutoencoderViewTests
{
    [Fact]
    public void Networks_OfBothModels_HaveAsManyParameters()
    {
        using UNet unet = AutoencoderView.DiffusionNetwork(1);
        using var vae = new Vae(64, AutoencoderView.Width(unet), 1);

        double ratio = (double)AutoencoderView.Parameters(vae) / AutoencoderView.Parameters(unet);
        ratio.Should().BeInRange(0.95, 1.05);
    }

    [Fact]
    public void Forward_DecoderThatIgnoresZ_IsTheClosedRateAndDistortion()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var vae = new Vae(4, 8, 1);
        // All weights 0: q(z | x) and p(x | z) are the last biases alone. Mean 0.5 and ln σ² = -1 in each of 16 dimensions; mean 0.2 and
        // ln σ² = -3 for each pixel.
        foreach ((string name, var parameter) in vae.named_parameters())
        {
            parameter.zero_();
            if (name == "encoder.4.bias") parameter.copy_(cat([full(16, 0.5f), full(16, -1f)]));
            if (name == "decoder.4.bias") parameter.copy_(cat([full(4, 0.2f), full(4, -3f)]));
        }

        Tensor x = tensor(new[] { -1f, 1f, 1 / 255f, 99 / 255f }).reshape(1, 1, 2, 2);
        (Tensor rate, Tensor distortion) = vae.forward(x);

        double nats = 16 * 0.5 * (0.25 + Math.Exp(-1) - 1 + 1);
        rate.item<float>().Should().BeApproximately((float)(nats / (4 * Math.Log(2))), 1e-5f);
        double each = -Decoder.DiscretizedExact.LogLikelihood(
            x.to(float64), full_like(x.to(float64), 0.2), tensor(-3.0)).mean().item<double>() / Math.Log(2);
        distortion.item<double>().Should().BeApproximately(each, 1e-6);
    }

    [Fact]
    public void Run_LearnableData_LowersTheBound()
    {
        using var scope = NewDisposeScope();
        using ImageDataset digits = Quickstart.Digits.Load();
        Tensor x = PixelConversion.FromBytes(digits.Images([.. Enumerable.Range(0, 256).Select(k => (long)k)]));
        using var vae = new Vae(64, 64, 1);
        double Bound() => AutoencoderView.Of("", vae, x).Value[AutoencoderView.Total].Value;
        double before = Bound();

        VaeTraining.Run(vae, digits, steps: 150, batchSize: 32, seed: 1, default);

        double after = Bound();
        after.Should().BeLessThan(before - 0.5, "before {0}", before);
    }

    [Fact]
    public void Run_SameSeed_GivesTheSameNetwork()
    {
        using var scope = NewDisposeScope();
        using ImageDataset digits = Quickstart.Digits.Load();
        double Trained()
        {
            using var vae = new Vae(64, 16, 3);
            VaeTraining.Run(vae, digits, steps: 5, batchSize: 16, seed: 3, default);
            return vae.parameters().Sum(parameter => parameter.abs().sum().item<float>());
        }

        Trained().Should().Be(Trained());
    }
}
