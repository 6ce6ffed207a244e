using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Puts stored weights into a network; TorchSharp's own loading checks no shapes.</summary>
internal static class StateDict
{
    /// <summary>
    /// Copies the weights that fit. Names, shapes and types were compared before, so that a network is changed wholly or not at all.
    /// </summary>
    /// <returns>What was copied and what was left over.</returns>
    public static LoadReport Copy(DescribedNetwork network, ModelWeights weights, WeightMatch match)
    {
        Dictionary<string, Tensor> targets = network.state_dict();
        (int widened, int narrowed) = (0, 0);
        using var noGradient = no_grad();
        foreach (string name in match.Fitting)
        {
            SafetensorsEntry entry = weights.Find(name)!;
            Tensor target = targets[name];
            if (entry.Type is SafetensorsType.F16 or SafetensorsType.BF16) widened++;
            if (entry.Type == SafetensorsType.F64) narrowed++;
            if (entry.ElementType == target.dtype && target.device_type == TorchSharp.DeviceType.CPU && target.is_contiguous())
            {
                weights.File.ReadInto(entry.Name, target);
                continue;
            }

            using Tensor source = weights.File.Read(entry.Name), shaped = source.reshape(target.shape);
            target.copy_(shaped);
        }

        return new LoadReport
        {
            Missing = match.Missing,
            Unexpected = match.Unexpected,
            Mismatched = match.Mismatched,
            Renamed = weights.Renamed,
            Widened = widened,
            Narrowed = narrowed,
            LeftOut = weights.LeftOut,
            Prefixes = weights.Prefixes,
        };
    }
}
