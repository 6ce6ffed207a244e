using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Ddpm.Cli.Help;

namespace Ddpm.Cli.Arguments;

/// <summary>
/// States the options of a command once: name, default, description, range and the property that takes the value, as
/// <c>public int Steps { get; } = read.Number("--steps", 50, "Steps of the sampler", least: 1);</c>
/// in a class whose constructor takes the reader <c>read</c>. With a reader of <see cref="Declaring"/> such a class adds its options to a
/// command, with one of <see cref="Reading"/> it has the values of a command line. Help tells default and range; an error names the option,
/// what it takes and what it got.
/// </summary>
internal sealed partial class OptionReader
{
    private readonly Command command;
    private readonly ParseResult? parsed;
    private readonly Action<string>? loadTorch;
    private string heading = ProgramCommand.OtherOptions;

    private OptionReader(Command command, ParseResult? parsed, Action<string>? loadTorch = null)
    {
        this.command = command;
        this.parsed = parsed;
        this.loadTorch = loadTorch;
    }

    /// <summary>Adds what is read to a command, and gives defaults.</summary>
    /// <param name="command">The command.</param>
    /// <param name="loadTorch">Loads libtorch for an option whose value only libtorch can check; null where it is loaded.</param>
    public static OptionReader Declaring(Command command, Action<string>? loadTorch = null) => new(command, null, loadTorch);

    /// <summary>Gives the values of a command line.</summary>
    public static OptionReader Reading(ParseResult parsed) => new(parsed.CommandResult.Command, parsed);

    /// <summary>Begins a section of the help: the options that are stated from here on stand under its heading.</summary>
    public OptionReader Section(string title)
    {
        heading = title;
        return this;
    }

    /// <summary>An argument, which has a place in place of a name.</summary>
    public string Argument(string name, string description) =>
        Take(OptionText.FilledArgument(new Argument<string>(name) { Description = description }));

    /// <summary>An argument that may be left out.</summary>
    public string? OptionalArgument(string name, string description) =>
        Take(OptionText.FilledArgument(new Argument<string?>(name) { Description = description, Arity = ArgumentArity.ZeroOrOne }));

    /// <summary>True where the option is given.</summary>
    public bool Flag(string name, string description) => Take(new Option<bool>(name) { Description = description });

    /// <summary>A text; null where the option is not given.</summary>
    public string? Text(string name, string helpName, string description) =>
        Take(OptionText.Filled(new Option<string?>(name) { Description = description, HelpName = helpName }));

    /// <summary>A text with a default.</summary>
    public string Text(string name, string helpName, string fallback, string description) =>
        Take(OptionText.Filled(
            new Option<string>(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => fallback }));

    /// <summary>A text without which the command does not run.</summary>
    public string RequiredText(string name, string helpName, string description) =>
        Take(OptionText.Filled(new Option<string>(name) { Description = description, HelpName = helpName, Required = true }));

    /// <summary>One text or several, without which the command does not run.</summary>
    public ImmutableArray<string> RequiredTexts(string name, string helpName, string description) =>
        [.. Take(OptionText.Filled(new Option<string[]>(name)
        {
            Description = description,
            HelpName = helpName,
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        })) ?? []];

    /// <summary>One value or several, each made from a text.</summary>
    public ImmutableArray<T> Each<T>(string name, string helpName, string fallback, string description, Func<string, T> parse)
    {
        var option = new Option<string[]>(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => [fallback],
            AllowMultipleArgumentsPerToken = true,
        };
        option.Validators.Add(result =>
        {
            if (result.Implicit) return;
            try
            {
                foreach (string text in result.GetValue(option) ?? []) parse(text);
            }
            catch (ArgumentException exception)
            {
                result.AddError($"{name}: {ErrorLine.Of(exception)}");
            }
        });
        // Help needs no values, and so nothing of the libraries that make them.
        string[] texts = Take(option);
        return parsed is null ? [] : [.. texts.Select(parse)];
    }

    /// <summary>A whole number with a default.</summary>
    public int Number(string name, int fallback, string description, int least, int most = int.MaxValue, string? alias = null) =>
        Take(Integer(name, fallback, description, least, most, alias))!.Value;

    /// <summary>A whole number; null where the option is not given.</summary>
    public int? Number(string name, string description, int least, int most = int.MaxValue, string? alias = null) =>
        Take(Integer(name, null, description, least, most, alias));

    /// <summary>An option that parses its own words.</summary>
    public T Of<T>(Option<T> option) => Take(option);

    /// <summary>Any whole number.</summary>
    public long Whole(string name, long fallback, string description) => Take(new Option<long>(name)
    {
        Description = $"{description}; any whole number",
        HelpName = "n",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)) return value;
            bool isWhole = BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
            return Refuse<long>(
                result, $"{name} must be a whole number{(isWhole ? " of 64 bits" : "")}, but is {OptionText.Shown(text)}.");
        },
    });

    /// <summary>Whole numbers in one comma-separated word, as 1,2,2.</summary>
    public ImmutableArray<int> Numbers(
        string name, ImmutableArray<int> fallback, string description, int least, int most, int longest) =>
        Take(new Option<NumberList>(name)
        {
            Description = $"{description}; comma-separated, each at least {least}",
            HelpName = "n,n,…",
            // Several, since a list of a configuration file becomes several words.
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => new NumberList(fallback),
            CustomParser = result =>
            {
                string[] parts = [.. result.Tokens.SelectMany(token => token.Value.Split(','))];
                var numbers = new List<int>();
                foreach (string part in parts)
                {
                    if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < least)
                    {
                        return Refuse<NumberList>(
                            result,
                            $"{name} must be whole numbers of at least {least} with commas between, but has {OptionText.Shown(part)}.");
                    }

                    if (number > most) return Refuse<NumberList>(result, $"{name} must be numbers of at most {most}, but has {number}.");
                    numbers.Add(number);
                }

                return numbers.Count <= longest
                    ? new NumberList([.. numbers])
                    : Refuse<NumberList>(result, $"{name} must be at most {longest} numbers, but is {numbers.Count}.");
            },
        }).Values;

    /// <summary>A number with a default; a point is a point whatever the system's language.</summary>
    public double Real(string name, double fallback, string description, NumberRange range, string? alias = null) =>
        Take(RealNumber(name, fallback, description, range, alias))!.Value;

    /// <summary>A number; null where the option is not given.</summary>
    public double? Real(string name, string description, NumberRange range) => Take(RealNumber(name, null, description, range, null));

    /// <summary>Three numbers in one comma-separated word; none where the option is not given.</summary>
    public ImmutableArray<double> Triple(string name, string description, NumberRange range) => [.. Take(new Option<double[]?>(name)
    {
        Description = description,
        HelpName = "x,x,x",
        CustomParser = result =>
        {
            string[] parts = [.. result.Tokens.SelectMany(token => token.Value.Split(','))];
            double[] numbers = [.. parts.Select(part => Parse(part) ?? double.NaN)];
            if (numbers.Length == 3 && numbers.All(value => double.IsFinite(value) && range.Contains(value))) return numbers;
            string numbersInRange = $"three numbers {range.Words}".TrimEnd();
            return Refuse<double[]?>(result, $"{name} must be {numbersInRange} with commas between, but is {string.Join(',', parts)}.");
        },
    }) ?? []];

    /// <summary>One of several words.</summary>
    public string Choice(string name, string fallback, string description, ReadOnlySpan<string> words, string? alias = null) =>
        Choose(name, fallback, description, words, alias)!;

    /// <summary>One of several words, or none.</summary>
    public string? Choice(string name, string description, ReadOnlySpan<string> words, string? alias = null) =>
        Choose(name, null, description, words, alias);

    /// <summary>One of several things that have names.</summary>
    public T OneOf<T>(string name, T fallback, string description, ImmutableArray<T> known, Func<T, string> nameOf)
    {
        string chosen = Choice(name, nameOf(fallback), description, [.. known.Select(nameOf)]);
        return known.First(item => nameOf(item) == chosen);
    }

    /// <summary><c>--device</c>.</summary>
    public string Device() => Take(DeviceOption.Create(loadTorch));

    /// <summary>True where a flag is given that the help does not show, for what another option does today.</summary>
    public bool RetiredFlag(string name, string today) => Take(new Option<bool>(name) { Description = $"{today} of today", Hidden = true });

    private string? Choose(string name, string? fallback, string description, ReadOnlySpan<string> words, string? alias)
    {
        string[] values = [.. words];
        string listed = $"{string.Join(", ", values[..^1])} or {values[^1]}";
        // Listed once: a description that explains each word lists them.
        bool told = values.All(value => description.Contains(value, StringComparison.Ordinal));
        var option = new Option<string?>(name)
        {
            Description = told ? description : $"{description}; {listed}",
            HelpName = "name",
            DefaultValueFactory = _ => fallback,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is { } value && !values.Contains(value))
            {
                result.AddError(Mistakes.NotOneOf(name, values, value));
            }
        });
        option.CompletionSources.Add(values);
        return Take(Named(option, alias));
    }

    private static Option<int?> Integer(string name, int? fallback, string description, int least, int most, string? alias) => Named(
        new Option<int?>(name)
        {
            Description = most == int.MaxValue ? $"{description}; at least {least:N0}" : $"{description}; {least:N0} … {most:N0}",
            HelpName = "n",
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                return !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                    ? Refuse<int?>(result, $"{name} must be a whole number of at least {least}, but is {OptionText.Shown(text)}.")
                    : value < least ? Refuse<int?>(result, $"{name} must be at least {least}, but is {value}.")
                    : value > most ? Refuse<int?>(result, $"{name} must be at most {most}, but is {value}.") : value;
            },
        },
        alias);

    private static Option<double?> RealNumber(string name, double? fallback, string description, NumberRange range, string? alias) => Named(
        new Option<double?>(name)
        {
            Description = $"{description}; {range.Words}",
            HelpName = "x",
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                return Parse(text) is { } value && double.IsFinite(value) && range.Contains(value)
                    ? value
                    : Refuse<double?>(result, $"{name} must be a number {range.Words}, but is {OptionText.Shown(text)}.");
            },
        },
        alias);

    private static double? Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static Option<T> Named<T>(Option<T> option, string? alias)
    {
        if (alias is not null) option.Aliases.Add(alias);
        return option;
    }

    private static T Refuse<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default!;
    }

    private T Take<T>(Option<T> option)
    {
        if (parsed is not null) return parsed.GetValue((Option<T>)command.Options.Single(candidate => candidate.Name == option.Name))!;
        foreach (string retired in RetiredNames.Of(option.Name)) option.Aliases.Add(retired);
        command.Add(option);
        (command as ProgramCommand)?.Place(option, heading);
        return option.DefaultValueFactory is { } fallback ? fallback(null!) : default!;
    }

    private T Take<T>(Argument<T> argument)
    {
        if (parsed is not null)
        {
            return parsed.GetValue((Argument<T>)command.Arguments.Single(candidate => candidate.Name == argument.Name))!;
        }

        command.Add(argument);
        return default!;
    }
}
