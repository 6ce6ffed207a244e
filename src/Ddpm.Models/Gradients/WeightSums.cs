using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// The gradients of weights, each summed over the parts of a batch as soon as they come. Two addends have the same sum in either order.
/// </summary>
internal sealed class WeightSums
{
    private readonly Dictionary<string, Tensor> sums = new(StringComparer.Ordinal);

    /// <summary>Adds the gradient of a part; for several threads at once.</summary>
    public void Add(ParameterShape parameter, Tensor gradient)
    {
        Tensor? sum;
        lock (sums)
        {
            if (sums.TryAdd(parameter.Name, gradient)) return;
            sum = sums[parameter.Name];
        }

        sum.AddInPlace(gradient);
        gradient.Dispose();
    }

    /// <summary>Returns a sum, once, in a tensor of the calling thread; null where no part gave one.</summary>
    public Tensor? Take(ParameterShape parameter) => sums.Remove(parameter.Name, out Tensor? sum) ? sum.alias() : null;

    /// <summary>Forgets what a pass that failed has left.</summary>
    public void Clear() => sums.Clear();
}
