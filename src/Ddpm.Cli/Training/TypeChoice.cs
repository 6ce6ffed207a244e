using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Training;

namespace Ddpm.Cli.Training;

/// <summary>Whether a new run on the CPU computes in bfloat16: refused where a measurement says that it is slower.</summary>
/// <param name="speed">The measurement.</param>
internal sealed class TypeChoice(ComputeSpeed speed)
{
    /// <summary>Gets what was measured.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"A convolution, forward and backward: {speed.BFloat16.TotalMilliseconds:F2} ms in bfloat16, "
            + $"{speed.Float32.TotalMilliseconds:F2} ms in float32");

    /// <summary>Refuses bfloat16 where it is slower.</summary>
    /// <param name="force">Whether it is to be taken all the same.</param>
    /// <exception cref="UsageException">It is slower.</exception>
    public void Require(bool force)
    {
        if (!speed.IsSlower || force) return;
        throw new UsageException(
            $"--dtype bfloat16 is slower than float32 on this processor. {Text}. Leave it out; --force trains in bfloat16 all the same.");
    }
}
