using System.CommandLine;
using System.Globalization;

namespace Ddpm.Cli.Arguments;

/// <summary>A colour as it is typed: white, black, gray, or its six hexadecimal digits, with or without #.</summary>
/// <param name="Red">The share of red.</param>
/// <param name="Green">The share of green.</param>
/// <param name="Blue">The share of blue.</param>
internal sealed record BackgroundColour(byte Red, byte Green, byte Blue)
{
    private static readonly Dictionary<string, BackgroundColour> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["white"] = new(255, 255, 255),
        ["black"] = new(0, 0, 0),
        ["gray"] = new(128, 128, 128),
    };

    /// <summary>Makes an option.</summary>
    /// <param name="name">The name.</param>
    /// <param name="description">What it sets.</param>
    public static Option<BackgroundColour?> Option(string name, string description)
    {
        var option = new Option<BackgroundColour?>(name)
        {
            // No # in the help: it begins a comment of the shell.
            Description = $"{description}; white, black, gray or rrggbb in hexadecimal digits",
            HelpName = "colour",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (Parse(text) is { } colour) return colour;
                result.AddError($"{name} must be white, black, gray or six hexadecimal digits as ffd700, but is {OptionText.Shown(text)}.");
                return null;
            },
        };
        option.CompletionSources.Add([.. Named.Keys]);
        return option;
    }

    /// <summary>Gives it as it is typed: the name, or the digits.</summary>
    public override string ToString() =>
        Named.FirstOrDefault(entry => entry.Value == this).Key ?? $"{Red:x2}{Green:x2}{Blue:x2}";

    private static BackgroundColour? Parse(string text)
    {
        if (Named.TryGetValue(text, out BackgroundColour? named)) return named;
        string digits = text.StartsWith('#') ? text[1..] : text;
        return digits.Length == 6 && digits.All(char.IsAsciiHexDigit)
            && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
                ? new BackgroundColour((byte)(value >> 16), (byte)(value >> 8), (byte)value)
                : null;
    }
}
