using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>A conditional network with the class of each example of a batch.</summary>
internal sealed class ClassifiedModel(IConditionalEpsilonModel model, Tensor labels) : IEpsilonModel
{
    public Tensor Predict(Tensor xt, Tensor t) => model.Predict(xt, t, labels);
}
