using Ddpm.Core;
using Ddpm.Imaging;

namespace Ddpm.Cli.Arguments;

/// <summary>The settings of libraries that messages name, as the options that set them.</summary>
internal static class OptionNames
{
    private const string Size = $"{nameof(ImageLoadOptions)}.{nameof(ImageLoadOptions.Size)}";

    private const string Variant = "--variant";

    private static readonly (string Setting, string Option)[] Known =
    [
        ($"{nameof(ImageLoadOptions)}.{nameof(ImageLoadOptions.MaxPixels)}", "--max-pixels"), (Size, "--size"), ("maxBytes", "--max-bytes"),
        ("maxFeatures", "--max-features"), ("InferenceLoadOptions.Variant", Variant), ("OnnxExportOptions.Variant", Variant),
        ("LoadOptions.Variant", Variant),
    ];

    /// <summary>Gives a message with the names of options.</summary>
    public static string In(string message) =>
        Known.Aggregate(message, (text, name) => text.Replace(name.Setting, name.Option, StringComparison.Ordinal));

    /// <summary>Runs a command, whose errors name options. What an option alone can mend is a wrong command line.</summary>
    public static T Translate<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (InvalidDataException exception) when (In(exception.Message) != exception.Message)
        {
            string message = In(exception.Message);
            throw exception.Message.Contains(Size, StringComparison.Ordinal)
                ? new UsageException(message)
                : new InvalidDataException(message, exception);
        }
        catch (FileNotFoundException exception) when (In(exception.Message) != exception.Message)
        {
            throw new FileNotFoundException(In(exception.Message), exception.FileName, exception);
        }
        catch (ArgumentException exception) when (In(exception.Message) != exception.Message)
        {
            throw new UsageException(In(ArgumentMessage.Of(exception)));
        }
    }
}
