using System.Collections.Immutable;
using Ddpm.Core;

namespace Ddpm.Models;

/// <summary>
/// Between a process as plain data and the process that computes with tensors. The tables of Core name predictions and variances.
/// </summary>
internal static class ProcessMapping
{
    /// <summary>Returns a process as plain data.</summary>
    /// <exception cref="NotSupportedException">The process has choices of a sampler or a program, which belong to no model.</exception>
    public static ProcessDescription Describe(this ReverseDiffusion process)
    {
        if (process.Coefficients.Precision != TablePrecision.DoublePrecision)
        {
            throw new NotSupportedException("float32 tables are a choice of the program: save a process with float64 tables.");
        }

        ReverseDiffusionOptions options = process.Options;
        string variance = options.Variance.ConfigurationName ?? throw new NotSupportedException(
            $"The variance {options.Variance.Name} is a choice of the sampler: save the process that the network was trained with, "
            + "and the calibration beside it.");
        var respaced = process.Coefficients.Schedule as RespacedSchedule;
        return new ProcessDescription
        {
            Schedule = respaced?.Original ?? process.Coefficients.Schedule,
            Prediction = options.Prediction.ConfigurationName,
            Variance = variance,
            Clipping = new ClippingDescription(options.Clipping.Limit, options.Clipping.Quantile),
            InitialLogVariance = options.InitialLogVariance,
            Timesteps = respaced?.Retained,
        };
    }

    /// <summary>Returns the process that computes with tensors.</summary>
    /// <exception cref="ArgumentException">A name is unknown, or the parts do not go together.</exception>
    public static ReverseDiffusion ToProcess(this ProcessDescription description)
    {
        return new ReverseDiffusion(description.VisitedSchedule, new ReverseDiffusionOptions
        {
            Prediction = Find("prediction_type", description.Prediction, Prediction.Known, prediction => prediction.ConfigurationName),
            Variance = Find("variance_type", description.Variance, ReverseVariance.Known, variance => variance.ConfigurationName),
            Clipping = Clipping(description.Clipping),
            InitialLogVariance = description.InitialLogVariance,
        });
    }

    private static X0Clipping Clipping(ClippingDescription clipping)
    {
        if (clipping.Quantile is { } quantile) return X0Clipping.Dynamic(quantile, clipping.Limit);
        if (double.IsPositiveInfinity(clipping.Limit)) return X0Clipping.None;
        return clipping == ClippingDescription.Unit ? X0Clipping.Unit : X0Clipping.Static(clipping.Limit);
    }

    private static T Find<T>(string field, string name, ImmutableArray<T> known, Func<T, string?> nameOf)
        where T : class
    {
        string[] names = [.. known.Select(nameOf).OfType<string>()];
        string choices = $"{string.Join(", ", names[..^1])} or {names[^1]}";
        return known.FirstOrDefault(item => nameOf(item) == name)
            ?? throw new ArgumentException($"{field} must be {choices}, but is {name}.", nameof(name));
    }
}
