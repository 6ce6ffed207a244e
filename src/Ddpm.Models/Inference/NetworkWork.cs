using System.Globalization;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>How much a network computes for one image.</summary>
internal static class NetworkWork
{
    /// <summary>Floating-point operations of one prediction of one image of the options' size, two for each product of convolutions, dense layers and attention (6.22 · 2 G for CIFAR-10); all else is left out.</summary>
    public static double Flops(UNetOptions options)
    {
        using var network = new UNet(options);
        return Flops(network, new PlaneSize(options.Height, options.Width));
    }

    /// <summary>The same of a network at some size.</summary>
    public static double Flops(UNet network, PlaneSize size)
    {
        double products = 0;
        foreach ((string key, Tensor weight) in network.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter)))
        {
            if (!key.EndsWith(".weight", StringComparison.Ordinal) || weight.dim() < 2 || key.StartsWith("class_embedding", StringComparison.Ordinal)) continue;
            bool dense = key.StartsWith("time_embedding", StringComparison.Ordinal) || key.Contains("time_emb_proj", StringComparison.Ordinal);
            double pixels = (double)size.Height * size.Width / Math.Pow(4, Level(key, network.Options.Levels));
            products += weight.numel() * (dense ? 1 : pixels);
            // softmax(q kᵀ) v: two products of [HW, C] and [C, HW].
            if (key.EndsWith("to_q.weight", StringComparison.Ordinal)) products += 2 * pixels * pixels * weight.size(0);
        }

        return 2 * products;
    }

    // How many times the output of a layer has been halved.
    private static int Level(string key, int levels)
    {
        string[] parts = key.Split('.');
        return parts[0] switch
        {
            "down_blocks" => int.Parse(parts[1], CultureInfo.InvariantCulture) + (parts[2] == "downsamplers" ? 1 : 0),
            "up_blocks" => levels - 1 - int.Parse(parts[1], CultureInfo.InvariantCulture) - (parts[2] == "upsamplers" ? 1 : 0),
            "mid_block" => levels - 1,
            _ => 0,
        };
    }
}
