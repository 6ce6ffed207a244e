using static TorchSharp.torch;

namespace Ddpm.Core;

/// <summary>
/// Takes Langevin steps at the noise level of x_t, and goes to the next level by a predictor, or as annealing does where there is none.
/// Owns the predictor.
/// </summary>
/// <param name="steps">The scalars.</param>
/// <param name="predictor">How the corrected x_t becomes x_{t-1}; null for annealed Langevin dynamics.</param>
internal sealed class LangevinRule(LangevinSteps steps, StepRule? predictor = null) : StepRule
{
    public override Tensor Advance(StepInput input, Func<Tensor> noise)
    {
        for (int left = steps.StepsPerLevel; left > 0; left--)
        {
            StepInput last = input;
            using (var scope = NewDisposeScope())
            {
                Tensor moved = Step(input, noise());
                // Annealing needs the network where it takes another step; at t = 0 it ends with x̂_0, without the noise of the last level.
                if (predictor is null && left == 1 && input.T > 0)
                {
                    return moved.Times(steps.Descent(input.T)).MoveToOuterDisposeScope();
                }

                input = input.Again(moved);
                foreach (Tensor kept in Tensors(input)) kept.MoveToOuterDisposeScope();
            }

            // However many steps a level has, the memory is that of two.
            if (left == steps.StepsPerLevel) continue;
            foreach (Tensor old in Tensors(last)) old.Dispose();
        }

        return predictor is null ? input.X0 : predictor.Advance(input, noise);
    }

    protected override void Dispose(bool disposing)
    {
        predictor?.Dispose();
        base.Dispose(disposing);
    }

    private static Tensor[] Tensors(StepInput input) => [input.Output, input.Xt, input.RawX0, input.X0];

    private Tensor Step(StepInput input, Tensor z)
    {
        (double xt, double x0) = steps.Score(input.T);
        Tensor score = input.Xt.Times(xt).Plus(input.X0.Times(x0)), size = Size(input.T, z, score), root = size.Times(2).sqrt();
        return input.Xt.Plus(size.to(score.dtype) * score).Plus(root.to(z.dtype) * z);
    }

    // δ of each sample by itself, [B, 1, …], so that no sample depends on those beside it.
    private Tensor Size(int t, Tensor z, Tensor score)
    {
        if (!steps.UsesNorms) return tensor(steps.Size(t, 0), float64);
        return (SquaredNorm(z) / SquaredNorm(score)).Times(steps.Factor(t)).AtMost(steps.LongestSize(t));
    }

    private static Tensor SquaredNorm(Tensor x)
    {
        long[] shape = [x.size(0), .. Enumerable.Repeat(1L, (int)x.dim() - 1)];
        return x.to(float64).reshape(x.size(0), -1).Square().sum([1]).reshape(shape);
    }
}
