namespace Ddpm.Cli.Arguments;

/// <summary>Which numbers an option takes, in words and as a test.</summary>
internal sealed record NumberRange(string Words, Func<double, bool> Contains)
{
    public static readonly NumberRange
        Any = new("", _ => true),
        Positive = new("above 0", value => value > 0),
        // What a timer of the runtime counts.
        Minutes = new("above 0 and at most 71582", value => value is > 0 and <= 71_582),
        NotNegative = new("0 or more", value => value >= 0),
        Unit = new("from 0 to 1", value => value is >= 0 and <= 1),
        BelowOne = new("at least 0 and below 1", value => value is >= 0 and < 1);
}
