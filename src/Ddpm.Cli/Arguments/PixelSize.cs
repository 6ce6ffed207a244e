using System.CommandLine;
using System.Globalization;

namespace Ddpm.Cli.Arguments;

/// <summary>Height and width of images as they are typed: 64 for a square, 48x64 for height and width.</summary>
/// <param name="Height">The height in pixels.</param>
/// <param name="Width">The width in pixels.</param>
internal sealed record PixelSize(int Height, int Width)
{
    /// <summary>Makes an option.</summary>
    /// <param name="name">The name.</param>
    /// <param name="description">What it sets.</param>
    public static Option<PixelSize?> Option(string name, string description) => new(name)
    {
        Description = $"{description}; n for a square, or height x width as 48x64, each 1 … {Most.Side}",
        HelpName = "n|hxw",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            string[] sides = text.Split('x', 'X', '×');
            int[] numbers = [.. sides.Select(side => Parse(side) ?? int.MinValue)];
            if (numbers.Length <= 2 && numbers.All(n => n is >= 1 and <= Most.Side)) return new PixelSize(numbers[0], numbers[^1]);
            bool whole = numbers.Length <= 2 && numbers.All(n => n != int.MinValue);
            int wrong = whole ? numbers.First(n => n is < 1 or > Most.Side) : 0;
            result.AddError(
                !whole ? $"{name} must be a whole number, or height x width as 48x64, but is {OptionText.Shown(text)}."
                : wrong < 1 ? $"{name} must be at least 1, but is {wrong}."
                : $"{name} must be at most {Most.Side}, but is {wrong}.");
            return null;
        },
    };

    /// <summary>Gives it as it is typed.</summary>
    public override string ToString() => Height == Width
        ? Height.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Height}x{Width}");

    private static int? Parse(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
}
