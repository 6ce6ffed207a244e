using System.CommandLine;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Core;

namespace Ddpm.Cli.Training;

/// <summary>The option of <c>ddpm train</c> that weighs the loss of each timestep.</summary>
internal static class LossWeightsOption
{
    private const string Name = "--loss-weights", None = "none";
    private const string Forms = "none, variational, min-snr:γ, truncated-snr:γ or p2:γ";

    /// <summary>Creates the option. Null stands for equal weights.</summary>
    public static Option<LossWeighting?> Create() => new(Name)
    {
        Description = $"Weights of the timesteps in the loss, {Forms}; by default none, which is L_simple",
        HelpName = "weights",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            try
            {
                return Parse(text);
            }
            catch (ArgumentOutOfRangeException exception)
            {
                // The library's name of γ.
                result.AddError($"{Name}: {ErrorLine.Of(exception).Replace("gamma", "γ")}");
            }
            catch (FormatException)
            {
                result.AddError($"{Name} must be {Forms}, but is {OptionText.Shown(text)}.");
            }

            return null;
        },
    };

    private static LossWeighting? Parse(string text)
    {
        string[] parts = text.Split(':');
        return parts switch
        {
            [None] => null,
            ["variational"] => LossWeighting.Variational,
            ["min-snr", var gamma] => LossWeighting.MinSnr(Number(gamma)),
            ["truncated-snr", var gamma] => LossWeighting.TruncatedSnr(Number(gamma)),
            ["p2", var gamma] => LossWeighting.P2(Number(gamma)),
            _ => throw new FormatException(),
        };
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
