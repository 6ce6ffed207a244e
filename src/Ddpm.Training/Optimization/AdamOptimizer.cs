using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training;

/// <summary>
/// Adam (Kingma and Ba 2014, arXiv:1412.6980) with ε added after bias correction, as PyTorch has it, and decoupled weight decay (AdamW, Loshchilov and Hutter 2017,
/// arXiv:1711.05101). The operations are those of TorchSharp's own, in their order; unlike there, the state can be saved.
/// </summary>
internal sealed class AdamOptimizer : IDisposable
{
    private readonly Parameter[] parameters;
    private readonly Tensor[] first;
    private readonly Tensor[] second;
    private readonly long[] steps;
    private readonly double beta1;
    private readonly double beta2;
    private readonly double epsilon;
    private readonly double weightDecay;

    public AdamOptimizer(Parameter[] parameters, double beta1, double beta2, double epsilon, double weightDecay)
    {
        this.parameters = parameters;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.weightDecay = weightDecay;
        first = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
        second = [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
        steps = new long[parameters.Length];
    }

    /// <summary>The running means of the gradients.</summary>
    public IReadOnlyList<Tensor> FirstMoments => first;

    /// <summary>The running means of their squares.</summary>
    public IReadOnlyList<Tensor> SecondMoments => second;

    /// <summary>How often each parameter has been updated.</summary>
    public long[] Steps => steps;

    public void ZeroGradients()
    {
        foreach (Parameter parameter in parameters)
        {
            using Tensor? gradient = parameter.grad;
            gradient?.zero_();
        }
    }

    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        for (int i = 0; i < parameters.Length; i++)
        {
            Tensor? gradient = parameters[i].grad;
            if (gradient is null) continue;
            steps[i]++;
            double correction1 = 1 - Math.Pow(beta1, steps[i]), correction2 = 1 - Math.Pow(beta2, steps[i]);
            if (weightDecay != 0) parameters[i].mul_(1 - learningRate * weightDecay);
            first[i].mul_(beta1).add_(gradient, alpha: 1 - beta1);
            second[i].mul_(beta2).addcmul_(gradient, gradient, value: 1 - beta2);
            Tensor denominator = (second[i].sqrt() / Math.Sqrt(correction2)).add_(epsilon);
            parameters[i].addcdiv_(first[i], denominator, value: -(learningRate / correction1));
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in first) tensor.Dispose();
        foreach (Tensor tensor in second) tensor.Dispose();
    }
}
