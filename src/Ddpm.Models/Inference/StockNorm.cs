using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Ddpm.Models;

/// <summary>The normalisation by libtorch's operations, one after the other.</summary>
internal sealed class StockNorm(Tensor weight, Tensor bias, int groups, double epsilon, bool silu) : PlannedNorm
{
    public override Tensor Apply(Tensor x, Tensor? second = null, TimePart? time = null)
    {
        using var scope = NewDisposeScope();
        if (second is not null) x = cat([x, second], 1);
        if (time is { ScalesAndShifts: false } addition) x = x + addition.Columns(0, x.dtype);
        Tensor h = F.group_norm(x, groups, weight, bias, epsilon);
        if (time is { ScalesAndShifts: true } part) h = h * (part.Columns(0, x.dtype) + 1) + part.Columns(1, x.dtype);
        if (silu) h = F.silu(h);
        return h.MoveToOuterDisposeScope();
    }
}
