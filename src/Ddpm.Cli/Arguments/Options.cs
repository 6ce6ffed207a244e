using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ddpm.Core;

namespace Ddpm.Cli.Arguments;

/// <summary>Options whose help tells default and range, and whose errors name the option, what it takes and what it was given.</summary>
internal static class Options
{
    public static Option<int?> Number(string name, int? fallback, string description, int least) => new(name)
    {
        Description = $"{description}; at least {least}",
        HelpName = "n",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)) return Refuse<int?>(result, $"{name} must be a whole number of at least {least}, but is {text}.");
            return value < least ? Refuse<int?>(result, $"{name} must be at least {least}, but is {value}.") : value;
        },
    };

    /// <summary>Any whole number.</summary>
    public static Option<long> Whole(string name, long fallback, string description) => new(name)
    {
        Description = $"{description}; any whole number",
        HelpName = "n",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : Refuse<long>(result, $"{name} must be a whole number, but is {text}.");
        },
    };

    /// <summary>One comma-separated word, as 1,2,2.</summary>
    public static Option<NumberList> Numbers(string name, int[] fallback, string description, int least) => new(name)
    {
        Description = $"{description}; comma-separated, each at least {least}",
        HelpName = "n,n,…",
        // Several, as a list of a configuration file becomes.
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => new NumberList([.. fallback]),
        CustomParser = result =>
        {
            var numbers = new List<int>();
            foreach (string part in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
            {
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < least) return Refuse<NumberList>(result, $"{name} must be whole numbers of at least {least} with commas between, but has {part}.");
                numbers.Add(number);
            }

            return new NumberList([.. numbers]);
        },
    };

    /// <summary>A number; a point is a point whatever the system's language.</summary>
    public static Option<double?> Real(string name, double? fallback, string description, Func<double, bool> valid, string range) => new(name)
    {
        Description = $"{description}; {range}",
        HelpName = "x",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) && valid(value)) return value;
            return Refuse<double?>(result, $"{name} must be a number {range}, but is {text}.");
        },
    };

    public static Option<string> Choice(string name, string description, string fallback, params string[] values)
    {
        string listed = $"{string.Join(", ", values[..^1])} or {values[^1]}";
        // Not twice where the description says of each what it is.
        bool told = values.All(value => description.Contains(value, StringComparison.Ordinal));
        var option = new Option<string>(name) { Description = told ? description : $"{description}; {listed}", HelpName = "name", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is { } value && !values.Contains(value)) result.AddError($"{name} must be {listed}, but is {value}.");
        });
        return option;
    }

    public static Option<string> Device()
    {
        var option = new Option<string>("--device") { Description = "Where networks compute: cpu, cuda or cuda:N", HelpName = "name", DefaultValueFactory = _ => "cpu" };
        option.Validators.Add(result =>
        {
            string name = result.GetValue(option) ?? "";
            bool cuda = name == "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name["cuda:".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _));
            if (name != "cpu" && !cuda) result.AddError($"--device must be cpu, cuda or cuda:N, but is {name}.");
            else if (cuda && !TorchRuntime.IsCudaAvailable()) result.AddError($"--device is {name}, but no CUDA device can be used here.");
        });
        return option;
    }

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<string?> Text(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName };

    public static Option<bool> Json() => Flag("--json", "Write the result to standard output as JSON, and nothing else; messages go to standard error");

    private static T Refuse<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }
}
