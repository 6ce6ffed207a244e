using System.Collections;
using System.CommandLine;
using System.Globalization;

namespace Ddpm.Cli.Help;

/// <summary>An option as the help shows it. The samples compile this file too.</summary>
internal static class OptionForm
{
    /// <summary>Gives the option as it is typed: --steps &lt;n&gt;.</summary>
    public static string Of(Option option) => TakesValue(option) ? $"{option.Name} {Value(option)}" : option.Name;

    /// <summary>Gives what stands for the option's value: &lt;n&gt;.</summary>
    public static string Value(Option option) => $"<{option.HelpName ?? "text"}>";

    /// <summary>Gives what the option does, other names that are not retired, and its default.</summary>
    public static string Description(Option option)
    {
        string text = option.Description ?? "";
        string[] others = [.. option.Aliases.Except(RetiredNames.Of(option.Name)).Where(name => !IsOfTheParser(name))];
        if (others.Length > 0) text += $"; also {string.Join(", ", others)}";
        if (option.Required) return text + " (required)";
        return Default(option) is { } value ? $"{text} [{value}]" : text;
    }

    /// <summary>Whether a value follows the option.</summary>
    public static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

    // -h, -? and /? of the help.
    private static bool IsOfTheParser(string name) => !name.StartsWith("--", StringComparison.Ordinal);

    private static string? Default(Option option)
    {
        if (!TakesValue(option) || !option.HasDefaultValue) return null;
        object? value = option.GetDefaultValue();
        string text = value switch
        {
            null => "",
            string word => word,
            IEnumerable list => string.Join(' ', list.Cast<object>()),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return text.Length == 0 ? null : text;
    }
}
