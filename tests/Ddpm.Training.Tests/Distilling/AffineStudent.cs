using Ddpm.Core;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Distilling;

/// <summary>ε = a_t x_t + b_t, with a and b of each timestep: all that Gaussian data without correlations need.</summary>
internal sealed class AffineStudent : nn.Module, IEpsilonModel
{
    private readonly Parameter slope, shift;

    /// <summary>Copies a model that is affine in x_t.</summary>
    public AffineStudent(IEpsilonModel teacher, int timesteps, int dimensions)
        : base(nameof(AffineStudent))
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor t = arange(timesteps, int64);
        Tensor at0 = teacher.Predict(zeros(timesteps, dimensions), t), at1 = teacher.Predict(ones(timesteps, dimensions), t);
        slope = new Parameter((at1 - at0).DetachFromDisposeScope());
        shift = new Parameter(at0.DetachFromDisposeScope());
        RegisterComponents();
    }

    public Tensor Predict(Tensor xt, Tensor t)
    {
        using var scope = NewDisposeScope();
        return (slope.index_select(0, t) * xt + shift.index_select(0, t)).MoveToOuterDisposeScope();
    }
}
