using System.Collections.Immutable;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Experiments;
using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>
/// The autoregressive view (Ho et al. 2020, arXiv:2006.11239, eq. 16 and sec. 4.3): the bound as the entropy of the data and what the model
/// adds to it, and the diffusion that is an autoregressive model.
/// </summary>
internal static class AutoregressiveView
{
    public const string Name = "autoregressive";
    public const string Prior = "KL(q(x_T) ‖ p(x_T))", Steps = "Σ KL(q(x_{t-1} | x_t) ‖ p_θ)", Entropy = "H(x_0)", Sum = "eq. 16";
    public const string Equation5 = "eq. 5", Closed = "closed form", Likelihood = "-log₂ p of the model";
    public const int Context = 5;

    private const double Mean = 0.3, Deviation = 0.6;

    public static void Make(View view)
    {
        view.Tell($"Eq. 16 in bits/dim: normal data, exact for every T, and digits that a model has learned by heart");
        int[] lengths = view.Options.Quick ? [25, 100] : [25, 100, 1000];
        view.Publish(
            "eq16",
            [.. lengths.Select(Normal), Digits(view.Options.Seed, view.Options.Quick ? 100 : 1000, view.Options.Quick ? 4 : 8, view.Stop)],
            [.. new[] { Prior, Steps, Entropy, Sum, Equation5, Closed }.Select(column => (column, "F6"))]);
        view.Tell($"The diffusion that masks pixel after pixel, in bits for each 4×4 digit");
        (IReadOnlyList<string> train, IReadOnlyList<string> test) = BinaryDigits.Load();
        var model = new PixelModel(train, Context);
        view.Publish(
            "masking",
            [
                Masking("training digits", model, train),
                Masking("test digits", model, test),
                Masking("training digits, fully expressive p_θ", new PixelModel(train, train[0].Length, added: 0), train),
            ],
            // Zero without a sign.
            [.. new[] { Prior, Steps, Entropy, Sum, Equation5, Likelihood }.Select(column => (column, "0.0000;-0.0000;0.0000"))]);
    }

    /// <summary>Normal data and its exact model with σ² = β: all terms in bits, no sampling error.</summary>
    public static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Normal(int timesteps)
    {
        using var scope = NewDisposeScope();
        using var data = GaussianMixtureData.Gaussian(tensor(new[] { Mean }), tensor(new[,] { { Deviation * Deviation } }));
        // Floored leaves σ² = β at the last step too, which is right for normal data.
        ReverseDiffusion process = Exact(LinearSchedule.Scaled(timesteps), ReverseVariance.FixedLarge, InitialLogVariance.Floored);
        var model = new ExactModel(process.Coefficients.Schedule, data);
        var points = new SigmaPoints(Mean, Deviation, timesteps);
        Tensor x0 = points.X0();
        AutoregressiveTerms terms = new AutoregressiveBound(model, process, data).Terms(x0, points);
        BoundTerms bound = new VariationalBound(model, process, new BoundOptions { Decoder = Decoder.Continuous }).Terms(x0, points);
        return Row.Of(
            $"normal data, T = {timesteps}",
            (Prior, Only(terms.Prior)),
            (Steps, Only(terms.Terms.sum(1))),
            (Entropy, Only(terms.Entropy)),
            (Sum, Only(terms.Total)),
            (Equation5, Only(bound.Total)),
            (Closed, new Measured(ClosedForm(process))));
    }

    /// <summary>
    /// The digits, one as likely as the other, and the model that knows them by heart: H(x_0) is log₂ 1797/64 bits/dim, and the rest is
    /// the price of steps that are normal and of a last step that spreads over pixel values.
    /// </summary>
    public static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Digits(
        long seed,
        int timesteps,
        int count,
        CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using ImageDataset digits = Quickstart.Digits.Load();
        Tensor all = PixelConversion.FromBytes(digits.Images());
        using var data = new EmpiricalData(all);
        ReverseDiffusion process = Exact(LinearSchedule.Scaled(timesteps), ReverseVariance.FixedSmall, InitialLogVariance.SecondEntry);
        var model = new ExactModel(process.Coefficients.Schedule, data);
        Tensor x0 = all.index_select(0, arange(0, count, int64) * (digits.Count / count));
        AutoregressiveTerms terms = new AutoregressiveBound(model, process, data).Terms(x0, new PerSampleNoise(seed), 0, stop);
        BoundTerms bound = new VariationalBound(model, process, new BoundOptions { Decoder = Decoder.DiscretizedExact })
            .Terms(x0, new PerSampleNoise(seed), cancellationToken: stop);
        return Row.Of(
            $"digits by heart, T = {timesteps}",
            (Prior, WithError(terms.Prior)),
            (Steps, WithError(terms.Terms.sum(1))),
            (Entropy, WithError(terms.Entropy)),
            (Sum, WithError(terms.Total)),
            (Equation5, WithError(bound.Total)));
    }

    /// <summary>
    /// The masking diffusion of a model over a set of digits: both orders of the bound, and the model's own log-likelihood.
    /// </summary>
    public static KeyValuePair<string, ImmutableSortedDictionary<string, Measured>> Masking(
        string name,
        PixelModel model,
        IReadOnlyCollection<string> digits)
    {
        var process = new MaskingDiffusion(model);
        FiniteTerms five = FiniteBound.Equation5(process, digits), sixteen = FiniteBound.Equation16(process, digits);
        return Row.Of(
            name,
            (Prior, new Measured(sixteen.Prior)),
            (Steps, new Measured(sixteen.Steps.Sum())),
            (Entropy, new Measured(sixteen.Entropy)),
            (Sum, new Measured(sixteen.Total)),
            (Equation5, new Measured(five.Total)),
            (Likelihood, new Measured(-digits.Average(model.LogLikelihood))));
    }

    // KL(N(√ᾱ_T m, v_T) ‖ N(0, 1)) + Σ KL(N(·, s_t) ‖ N(·, β_t)) + ½ log 2πe λ, with v_t = ᾱ_t λ + 1 - ᾱ_t and s_t = v_{t-1} β_t/v_t.
    private static double ClosedForm(ReverseDiffusion process)
    {
        DiffusionCoefficients tables = process.Coefficients;
        const double Variance = Deviation * Deviation;
        double At(double alphaBar) => alphaBar * Variance + 1 - alphaBar;
        double nats = 0.5 * Math.Log(2 * Math.PI * Math.E * Variance), before = 1;
        for (int t = 0; t < tables.Timesteps; t++)
        {
            double sigma = Math.Exp(process.LogVariance(t)), own = At(before) * tables.Betas[t] / At(tables.AlphaBars[t]);
            nats += 0.5 * (Math.Log(sigma / own) + own / sigma - 1);
            before = tables.AlphaBars[t];
        }

        return (nats + 0.5 * (before * Mean * Mean + At(before) - 1 - Math.Log(At(before)))) / Math.Log(2);
    }

    private static ReverseDiffusion Exact(IVarianceSchedule schedule, ReverseVariance variance, InitialLogVariance initial) => new(
        schedule,
        new ReverseDiffusionOptions { Variance = variance, Clipping = X0Clipping.None, InitialLogVariance = initial });

    private static Measured Only(Tensor values) => new(values.mean().item<double>());

    private static Measured WithError(Tensor values) =>
        new(values.mean().item<double>(), values.std().item<double>() / Math.Sqrt(values.numel()));
}
