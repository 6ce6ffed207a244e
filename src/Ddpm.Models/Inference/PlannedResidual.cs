using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>A residual block of a plan, channels last. It joins features and skip connection itself, so that nothing is copied for it.</summary>
internal sealed class PlannedResidual
{
    public required PlannedNorm Norm1 { get; init; }

    public required PlannedConvolution Convolution1 { get; init; }

    public required PlannedNorm Norm2 { get; init; }

    public required PlannedConvolution Convolution2 { get; init; }

    /// <summary>The 1×1 convolution of the features; null where channels stay as they are.</summary>
    public PlannedConvolution? Shortcut { get; init; }

    /// <summary>The 1×1 convolution of the skip connection; null where there is none.</summary>
    public PlannedConvolution? SkipShortcut { get; init; }

    /// <summary>The block's first column in the time projections.</summary>
    public required int TimeOffset { get; init; }

    public required int Channels { get; init; }

    public required bool TimeScaleShift { get; init; }

    public required double OutputScale { get; init; }

    /// <summary>The block; a fresh tensor.</summary>
    /// <param name="x">The features.</param>
    /// <param name="skip">The skip connection; null on the way down.</param>
    /// <param name="projections">The time projections of all blocks.</param>
    public Tensor Apply(Tensor x, Tensor? skip, Tensor projections)
    {
        using var scope = NewDisposeScope();
        Tensor h;
        using (Tensor normal = Norm1.Apply(x, skip)) h = Convolution1.Apply(normal);
        Tensor activated = Norm2.Apply(h, null, new TimePart(projections, TimeOffset, Channels, TimeScaleShift));
        h.Dispose();
        Tensor sum;
        if (Shortcut is null)
        {
            sum = Convolution2.Apply(activated);
            sum.add_(x);
        }
        else
        {
            sum = Shortcut.Apply(x);
            if (skip is not null) SkipShortcut!.AddTo(sum, skip);
            Convolution2.AddTo(sum, activated);
        }

        if (OutputScale != 1) sum.div_(OutputScale);
        return sum.MoveToOuterDisposeScope();
    }
}
