using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>
/// A network in training as one function of x_t, its conditions and its weights for libtorch's graph: the arguments are the
/// <see cref="GradientCall"/> and those tensors.
/// </summary>
internal sealed class NetworkFunction : autograd.SingleTensorFunction<NetworkFunction>
{
    private const string Call = "call";

    public override string Name => "network";

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (GradientCall)vars[0];
        var saved = new List<Tensor>();
        Tensor result = call.Program.Forward(call, saved);
        ctx.save_data(Call, call);
        ctx.save_for_backward(saved);
        return result;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using Tensor gradient = grad_output;
        var call = (GradientCall)ctx.get_data(Call);
        try
        {
            return [null!, .. call.Program.Backward(call, gradient, ctx.get_saved_variables).Select(each => each!)];
        }
        catch (Exception exception)
        {
            // Libtorch called, and no exception can pass through it. Gradients that fit nothing make it throw one of its own.
            return [null!, .. call.Program.Misfits(call, exception).Select(each => each!)];
        }
    }
}
