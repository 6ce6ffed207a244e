using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The normalisation by <see cref="GroupNormKernel"/>.</summary>
internal sealed class FusedNorm(Tensor weight, Tensor bias, int groups, double epsilon, bool silu) : PlannedNorm
{
    public override unsafe Tensor Apply(Tensor x, Tensor? second = null, TimePart? time = null)
    {
        using var scope = NewDisposeScope();
        x = TensorMemory.ChannelsLast(x);
        if (second is not null) second = TensorMemory.ChannelsLast(second);
        long batch = x.size(0), height = x.size(2), width = x.size(3);
        var arguments = new GroupNormArguments
        {
            FirstChannels = (int)x.size(1),
            SecondChannels = second is null ? 0 : (int)second.size(1),
            FirstStride = (int)x.size(1),
            SecondStride = second is null ? 0 : (int)second.size(1),
            TargetStride = (int)(x.size(1) + (second?.size(1) ?? 0)),
            Pixels = checked((int)(height * width)),
            Groups = groups,
            Epsilon = epsilon,
            Silu = silu,
            Weight = (float*)TensorMemory.Address(weight),
            Bias = (float*)TensorMemory.Address(bias),
        };
        Tensor result = TensorMemory.Empty(batch, arguments.FirstChannels + arguments.SecondChannels, height, width, x.dtype);
        void* from = TensorMemory.Address(x), joined = second is null ? null : TensorMemory.Address(second), to = TensorMemory.Address(result);
        float* rows = time is { } part ? (float*)TensorMemory.Address(part.Projections) + part.Offset : null;
        long stride = time?.Projections.size(1) ?? 0;
        for (long example = 0; example < batch; example++)
        {
            if (time is { ScalesAndShifts: true, Channels: var channels })
            {
                arguments.Scale = rows + example * stride;
                arguments.Shift = arguments.Scale + channels;
            }
            else if (time is not null)
            {
                arguments.Addend = rows + example * stride;
            }

            long first = example * arguments.Pixels * arguments.FirstChannels, other = example * arguments.Pixels * arguments.SecondChannels;
            if (x.dtype == ScalarType.Float32) GroupNormKernel.Run(arguments, (float*)from + first, (float*)joined + other, (float*)to + first + other);
            else GroupNormKernel.Run(arguments, (BFloat16*)from + first, (BFloat16*)joined + other, (BFloat16*)to + first + other);
        }

        return result.MoveToOuterDisposeScope();
    }
}
