using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>A network that a user writes, an ordinary TorchSharp module: [B, 2] and t / T → [B, 2].</summary>
internal sealed class TwoLayers : nn.Module<Tensor, Tensor, Tensor>, IEpsilonModel
{
    private readonly int timesteps;
    private readonly TorchSharp.Modules.Linear first;
    private readonly TorchSharp.Modules.Linear second;

    public TwoLayers(int timesteps)
        : base(nameof(TwoLayers))
    {
        this.timesteps = timesteps;
        first = nn.Linear(3, 64);
        second = nn.Linear(64, 2);
        RegisterComponents();
    }

    public Tensor Predict(Tensor xt, Tensor t) => forward(xt, t);

    public override Tensor forward(Tensor x, Tensor t)
    {
        using var scope = NewDisposeScope();
        Tensor input = cat([x, t.to(x.dtype).unsqueeze(1) / timesteps], 1);
        return second.forward(nn.functional.silu(first.forward(input))).MoveToOuterDisposeScope();
    }
}
