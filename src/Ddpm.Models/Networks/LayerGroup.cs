using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>The layers below one name of the state dict, such as <c>mid_block</c>.</summary>
internal sealed class LayerGroup : nn.Module
{
    public LayerGroup()
        : base(nameof(LayerGroup))
    {
    }

    // Children are registered by name, see ModuleTree.
    protected override void RegisterComponents()
    {
    }
}
