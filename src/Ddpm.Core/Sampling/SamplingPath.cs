using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// What one batch goes through: where it starts and how each move changes it. <see cref="SamplingLoop"/> takes the moves.
/// </summary>
internal abstract class SamplingPath : IDisposable
{
    /// <summary>Gets the number of samples in the batch.</summary>
    public abstract int Samples { get; }

    /// <summary>Gets the number of moves.</summary>
    public abstract int Length { get; }

    /// <summary>Returns the timestep t whose network call, or whose noise, makes a move.</summary>
    public abstract int Timestep(int move);

    /// <summary>Returns x before the first move; a fresh tensor.</summary>
    public abstract Tensor Start();

    /// <summary>
    /// Returns x after a move and the x̂_0 that led there, if any; fresh tensors. Called without gradients inside a dispose scope.
    /// </summary>
    public abstract (Tensor Next, Tensor? X0) Move(int move, Tensor x);

    public abstract void Dispose();
}
