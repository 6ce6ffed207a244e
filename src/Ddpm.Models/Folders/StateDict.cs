using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>Puts stored weights into a network; TorchSharp's own loading checks no shapes.</summary>
internal static class StateDict
{
    /// <summary>
    /// Copies the weights that fit. Names, shapes and types were compared before, so that a network is changed wholly or not at all.
    /// </summary>
    /// <returns>How many were widened from 16 bits.</returns>
    public static int Copy(DescribedNetwork network, ModelWeights weights, IReadOnlyCollection<string> fitting)
    {
        Dictionary<string, Tensor> targets = network.state_dict();
        int widened = 0;
        using var noGradient = no_grad();
        foreach (string name in fitting)
        {
            SafetensorsEntry entry = weights.Find(name)!;
            Tensor target = targets[name];
            if (entry.ElementType == target.dtype)
            {
                weights.File.ReadInto(entry.Name, target);
                continue;
            }

            using Tensor source = weights.File.Read(entry.Name), shaped = source.reshape(target.shape);
            target.copy_(shaped);
            widened++;
        }

        return widened;
    }
}
