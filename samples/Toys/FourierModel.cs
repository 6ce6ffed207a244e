using Ddpm.Core;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Toys;

/// <summary>
/// Feeds a network, beside x_t, the sines and cosines of its projections on random directions: from two coordinates alone an MLP learns the
/// fine structure of a shape too slowly (Tancik et al. 2020, arXiv:2006.10739).
/// </summary>
internal sealed class FourierModel : IEpsilonModel, IDisposable
{
    private const int Coordinates = 2, Waves = 64;

    // Radians for a unit of length: a wave is about one unit long.
    private const double Frequency = 6;

    private readonly Tensor directions;

    /// <summary>Creates a network with new random weights and its waves.</summary>
    /// <param name="seed">The seed of weights and waves.</param>
    public FourierModel(long seed)
    {
        Network = new Mlp(
            new MlpOptions
            {
                Dimensions = Coordinates + 2 * Waves,
                Outputs = Coordinates,
                Width = 64,
                Blocks = 1,
                TimeChannels = 32,
            },
            seed);
        using var generator = new Generator((ulong)seed);
        using Tensor normal = randn([Coordinates, Waves], generator: generator);
        directions = normal.mul(Frequency).DetachFromDisposeScope();
    }

    /// <summary>Gets what is trained.</summary>
    public Mlp Network { get; }

    public bool InTrainingMode => ((IEpsilonModel)Network).InTrainingMode;

    public Tensor Predict(Tensor xt, Tensor t)
    {
        using var scope = NewDisposeScope();
        Tensor phases = xt.matmul(directions);
        return Network.Predict(cat([xt, phases.sin(), phases.cos()], 1), t).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        directions.Dispose();
        Network.Dispose();
    }
}
