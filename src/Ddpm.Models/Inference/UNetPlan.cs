using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A U-Net that is ready to predict at one shape: the same layers in the same order, with weights copied in the form in which they are used. Features lie channels last and are freed as soon as nobody needs
/// them. Immutable, so that several threads may use one.
/// </summary>
internal sealed class UNetPlan : IPredictionPlan
{
    public required PlannedTime Time { get; init; }

    public required PlannedConvolution ConvolutionIn { get; init; }

    public required IReadOnlyList<PlannedLevel> Down { get; init; }

    public required IReadOnlyList<PlannedBlock> Middle { get; init; }

    public required IReadOnlyList<PlannedLevel> Up { get; init; }

    public required PlannedNorm NormOut { get; init; }

    public required PlannedConvolution ConvolutionOut { get; init; }

    /// <summary>All that the layers hold: they are freed together.</summary>
    public required IReadOnlyList<Tensor> Tensors { get; init; }

    public required ScalarType Type { get; init; }

    public required bool CenterInput { get; init; }

    /// <inheritdoc/>
    public Tensor Predict(Tensor x, Tensor t, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        Tensor projections = Time.Apply(t, labels);
        if (CenterInput) x = x * 2 - 1;
        Tensor h = ConvolutionIn.Apply(TensorMemory.ChannelsLast(x)).to(Type);
        var skips = new Stack<Tensor>([h]);
        foreach (PlannedLevel level in Down)
        {
            foreach (PlannedBlock block in level.Blocks) skips.Push(h = block.Apply(h, null, projections));
            if (level.Downsample is not null) skips.Push(h = level.Downsample.Apply(h));
        }

        bool shared = true; // with the skip connections
        void Next(Tensor next)
        {
            if (!shared) h.Dispose();
            h = next;
            shared = false;
        }

        foreach (PlannedBlock block in Middle) Next(block.Apply(h, null, projections));
        foreach (PlannedLevel level in Up)
        {
            foreach (PlannedBlock block in level.Blocks)
            {
                using Tensor skip = skips.Pop();
                Next(block.Apply(h, skip, projections));
            }

            if (level.Upsample is not null) Next(level.Upsample.Apply(h));
        }

        Next(NormOut.Apply(h));
        return ConvolutionOut.Apply(h).to(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor tensor in Tensors) tensor.Dispose();
    }
}
