using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>Checks the arguments that every <see cref="ICommunicator"/> checks; implementations call it.</summary>
public static class Collective
{
    /// <summary>Checks that a tensor can be summed over ranks.</summary>
    /// <param name="tensor">float32, float64 or int64.</param>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    public static void RequireSummable(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.Int64))
        {
            throw new ArgumentException($"tensor must hold Float32, Float64 or Int64 to be summed over ranks, but holds {tensor.dtype}.",
                nameof(tensor));
        }
    }

    /// <summary>Checks that a tensor can be averaged over ranks.</summary>
    /// <param name="tensor">float32 or float64.</param>
    /// <exception cref="ArgumentException">The tensor has another type.</exception>
    public static void RequireAverageable(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"tensor must hold Float32 or Float64 to be averaged over ranks, but holds {tensor.dtype}.",
                nameof(tensor));
        }
    }

    /// <summary>Checks that a rank exists.</summary>
    /// <param name="root">The rank.</param>
    /// <param name="worldSize">The number of ranks.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank.</exception>
    public static void RequireRoot(int root, int worldSize)
    {
        if (root < 0 || root >= worldSize)
        {
            throw new ArgumentOutOfRangeException(nameof(root), root, $"root must be a rank 0 … {worldSize - 1}, but is {root}.");
        }
    }
}
