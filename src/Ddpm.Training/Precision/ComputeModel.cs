using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>A network that computes in 16 bits as one that takes and gives the type of its input.</summary>
internal sealed class ComputeModel(IEpsilonModel model, ScalarType type) : IEpsilonModel
{
    public Tensor Predict(Tensor xt, Tensor t)
    {
        using var scope = NewDisposeScope();
        return model.Predict(xt.to(type), t).to(xt.dtype).MoveToOuterDisposeScope();
    }
}
