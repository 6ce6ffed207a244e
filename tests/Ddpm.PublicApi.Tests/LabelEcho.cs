using Ddpm.Core;
using static TorchSharp.torch;

namespace Ddpm.PublicApi.Tests;

/// <summary>A network whose x̂_0 is the label of each example, or -1 without one, for predictions of x_0.</summary>
internal sealed class LabelEcho(int classes, bool nullLabel = true) : IConditionalEpsilonModel
{
    public int ClassCount => classes;

    public bool HasNullLabel => nullLabel;

    public bool InTrainingMode => false;

    public Tensor Predict(Tensor xt, Tensor t) => Predict(xt, t, null);

    public Tensor Predict(Tensor xt, Tensor t, Tensor? labels)
    {
        using Tensor none = full(xt.size(0), -1, int64);
        return (labels ?? none).to(xt.dtype).reshape(-1, 1).expand_as(xt).clone();
    }
}
