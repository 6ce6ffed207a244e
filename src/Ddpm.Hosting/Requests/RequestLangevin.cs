using Ddpm.Core;

namespace Ddpm.Hosting;

/// <summary>Reads the settings of the Langevin steps of a request.</summary>
/// <param name="fields">The fields.</param>
/// <param name="method">The sampling method.</param>
internal sealed class RequestLangevin(RequestFields fields, SamplingMethod method)
{
    private const string Ratio = "signalToNoise", Count = "stepsPerLevel";

    /// <summary>Reads the settings; null for a method without Langevin steps.</summary>
    /// <param name="visited">The schedule over the timesteps that the run visits; null where fields before are wrong.</param>
    public LangevinOptions? Read(IVarianceSchedule? visited)
    {
        if (!method.TakesLangevinSteps)
        {
            string expected = $"absent for the sampler {method}, for only {SamplingMethod.Langevin} and "
                + $"{SamplingMethod.PredictorCorrector} take Langevin steps";
            fields.Forbid(Ratio, expected);
            fields.Forbid(Count, expected);
            return null;
        }

        double? ratio = fields.Share(Ratio);
        int? count = (int?)fields.Whole(Count, 1, LangevinOptions.MostSteps);
        if (method == SamplingMethod.Langevin) return visited is null || fields.Errors.Count > 0 ? null : Annealing(visited, ratio, count);
        LangevinOptions corrector = LangevinOptions.Corrector;
        return corrector with
        {
            SignalToNoise = ratio ?? corrector.SignalToNoise,
            StepsPerLevel = count ?? corrector.StepsPerLevel,
        };
    }

    private LangevinOptions? Annealing(IVarianceSchedule visited, double? ratio, int? count)
    {
        LangevinOptions least;
        try
        {
            least = LangevinOptions.Annealing(new DiffusionCoefficients(visited), ratio);
        }
        catch (ArgumentException exception) when (exception.ParamName == Ratio)
        {
            fields.Fault(Ratio, $"at most √½ for the sampler {method}, where a longer step overshoots");
            return null;
        }
        catch (ArgumentException)
        {
            string why = $"for {LangevinOptions.MostSteps} Langevin steps at each of these noise levels do not suffice";
            if (ratio is null) fields.Fault("steps", $"larger, {why}");
            else fields.Fault(Ratio, $"larger, or {fields.Shown("steps")} larger, {why}");
            return null;
        }

        if (count >= least.StepsPerLevel || count is null) return least with { StepsPerLevel = count ?? least.StepsPerLevel };
        fields.Fault(Count, $"at least {least.StepsPerLevel} at these noise levels, for fewer steps let the noise grow");
        return null;
    }
}
