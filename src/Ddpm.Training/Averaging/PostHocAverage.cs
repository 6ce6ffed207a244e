using System.Globalization;
using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Computes a moving average of any width after training, from snapshots of other averages (Karras et al. 2024, arXiv:2312.02696, sec.
/// 3.2): the sum of snapshots whose weights of the steps are nearest, by least squares, to the requested ones.
/// </summary>
public static class PostHocAverage
{
    /// <summary>What a snapshot's metadata say.</summary>
    internal const string StepKey = "step", WidthKey = "relative_width";

    /// <summary>Puts an average into a network.</summary>
    /// <param name="network">The network; its parameters are replaced.</param>
    /// <param name="folder">The folder that <see cref="AverageSnapshots"/> wrote.</param>
    /// <param name="relativeWidth">
    /// σ_rel, see <see cref="AverageProfile.Power"/>; best between the widths of the snapshots and about twice the larger. Range: 0.01 …
    /// 0.28.
    /// </param>
    /// <param name="lastStep">The step up to which to average. Default: that of the last snapshot.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="relativeWidth"/> is out of range.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// There is no snapshot up to that step, or one is damaged or belongs to another network; the network is unchanged.
    /// </exception>
    public static void Apply(nn.Module network, string folder, double relativeWidth, long? lastStep = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var profile = (PowerAverage)AverageProfile.Power(relativeWidth);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The folder {folder} does not exist.");
        var files = new List<SafetensorsFile>();
        try
        {
            using var scope = NewDisposeScope();
            var snapshots = new List<(long Step, double Exponent)>();
            foreach (string path in Directory.GetFiles(folder, "snapshot-*.safetensors").Order(StringComparer.Ordinal))
            {
                SafetensorsFile file = SafetensorsFile.Open(path);
                files.Add(file);
                snapshots.Add(Describe(file, path));
            }

            long last = lastStep ?? snapshots.Select(snapshot => snapshot.Step).DefaultIfEmpty().Max();
            int[] used = [.. Enumerable.Range(0, snapshots.Count).Where(i => snapshots[i].Step <= last)];
            if (used.Length == 0)
            {
                if (snapshots.Count == 0) throw new InvalidDataException($"{folder} must have a snapshot, but has none.");
                throw new ArgumentOutOfRangeException(nameof(lastStep), lastStep,
                    $"lastStep must be at least {snapshots.Min(snapshot => snapshot.Step)}, the first snapshot of {folder}, "
                    + $"but is {lastStep}.");
            }

            double[] weights = Weights([.. used.Select(i => snapshots[i])], last, profile.Exponent);
            Put(network, folder, [.. used.Select(i => files[i])], weights);
        }
        catch (Exception exception) when (exception is SafetensorsException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{folder}: {exception.Message}", exception);
        }
        finally
        {
            foreach (SafetensorsFile file in files) file.Dispose();
        }
    }

    /// <summary>The weights of snapshots in an average; they sum to 1, some may be negative.</summary>
    /// <param name="snapshots">The step and the exponent γ of each snapshot.</param>
    /// <param name="lastStep">The step up to which to average.</param>
    /// <param name="exponent">γ of the average.</param>
    internal static double[] Weights(IReadOnlyList<(long Step, double Exponent)> snapshots, long lastStep, double exponent)
    {
        using var scope = NewDisposeScope();
        int count = snapshots.Count;
        var products = new double[count * count];
        var targets = new double[count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++) products[i * count + j] = Product(snapshots[i], snapshots[j]);
            targets[i] = Product(snapshots[i], (lastStep, exponent));
        }

        double[] solution = linalg.solve(tensor(products).reshape(count, count), tensor(targets)).data<double>().ToArray();
        double sum = solution.Sum();
        return [.. solution.Select(weight => weight / sum)];
    }

    // The inner product of two weightings of the steps, eq. 151 there.
    private static double Product((long Step, double Exponent) a, (long Step, double Exponent) b)
    {
        double power = a.Step < b.Step ? b.Exponent : -a.Exponent;
        double weight = (a.Exponent + 1) * (b.Exponent + 1) * Math.Pow((double)a.Step / b.Step, power);
        return weight / ((a.Exponent + b.Exponent + 1) * Math.Max(a.Step, b.Step));
    }

    private static (long Step, double Exponent) Describe(SafetensorsFile file, string path)
    {
        CultureInfo invariant = CultureInfo.InvariantCulture;
        if (!file.Metadata.TryGetValue(StepKey, out string? step) ||
            !long.TryParse(step, NumberStyles.None, invariant, out long number) || number < 1 ||
            !file.Metadata.TryGetValue(WidthKey, out string? width) ||
            !double.TryParse(width, NumberStyles.Float, invariant, out double relativeWidth))
        {
            throw new InvalidDataException(
                $"{path} is not a snapshot: its metadata must have {StepKey} and {WidthKey}.");
        }

        return (number, ((PowerAverage)AverageProfile.Power(relativeWidth)).Exponent);
    }

    // All sums first, so that a damaged file leaves the network as it was.
    private static void Put(nn.Module network, string folder, SafetensorsFile[] files, double[] weights)
    {
        using var noGradient = no_grad();
        var sums = new List<(Tensor Target, Tensor Sum)>();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            Tensor sum = zeros(parameter.shape, float64);
            for (int i = 0; i < files.Length; i++)
            {
                using Tensor part = files[i].Read(name);
                if (!part.shape.AsSpan().SequenceEqual(parameter.shape))
                {
                    throw new InvalidDataException(
                        $"{folder} is of another network: {name} has [{string.Join(", ", part.shape)}] there, " +
                        $"[{string.Join(", ", parameter.shape)}] here.");
                }

                using Tensor wide = part.to(float64);
                sum.AddInPlace(wide, weights[i]);
            }

            sums.Add((parameter, sum.to(parameter.dtype)));
            sum.Dispose();
        }

        foreach ((Tensor target, Tensor sum) in sums) target.copy_(sum);
    }
}
