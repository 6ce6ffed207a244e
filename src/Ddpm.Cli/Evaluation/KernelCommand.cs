using System.CommandLine;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using Ddpm.Evaluation;
using static TorchSharp.torch;

namespace Ddpm.Cli.Evaluation;

/// <summary><c>ddpm evaluate kid</c>: the kernel distance.</summary>
internal static class KernelCommand
{
    public static Command Create(CommandShell shell) => shell.CreateParallel(
        "kid",
        "Kernel distance of the features of two sets of images: KID, where the features are Inception's. Unbiased, and so good with few "
            + "images.",
        "ddpm evaluate kid pictures/train run/model --features pixels --size 8 --grayscale --count 200 --sampler ddim --steps 20",
        read => new KernelOptions(read),
        (options, screen, ranks, stop) =>
        {
            using var measurement = new Measurement(options.Measures, screen, ranks);
            using Tensor real = measurement.Features("reference", options.Reference, stop, least: 2);
            using Tensor drawn = measurement.Features("samples", options.Samples, stop, least: 2);
            using Tensor? held = options.Test is { } path ? measurement.Features("test", path, stop, least: 2) : null;
            long smallest = Math.Min(Math.Min(real.size(0), drawn.size(0)), held?.size(0) ?? long.MaxValue);
            int size = options.SubsetSize ?? (int)Math.Min(KernelOptions.DefaultSubsetSize, smallest);
            if (size > smallest)
            {
                throw new UsageException($"--subset-size must be at most {smallest}, the images of the smallest set, but is {size}.");
            }

            Metric Distance(string name, Tensor set)
            {
                KernelDistanceResult result = KernelDistance.Compute(set, drawn, options.Subsets, size, 0, measurement.Log, stop);
                string note = string.Create(
                    CultureInfo.InvariantCulture,
                    $"lower is better; ± deviation over {options.Subsets} subsets of {size}");
                return new Metric(name, result.Mean, result.StandardDeviation, note);
            }

            Metric first = Distance("kernel_distance", real);
            measurement.Report("Kernel distance", held is null ? [first] : [first, Distance("kernel_distance_test", held)]);
            return true;
        });
}
