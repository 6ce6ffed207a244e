using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;

namespace Ddpm.Samples;

/// <summary>The frame of a sample's program: options with ranges, Ctrl-C, errors as one line, exit codes.</summary>
internal static class SampleProgram
{
    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int> Number(string name, int fallback, string description, int least, int most = int.MaxValue) => new(name)
    {
        Description = most == int.MaxValue ? $"{description}, at least {least}" : $"{description}, {least} … {most}",
        HelpName = "n",
        DefaultValueFactory = _ => fallback,
        CustomParser = result => Read(result, name, least, most),
    };

    /// <summary>Reads a whole number from <paramref name="least"/> to <paramref name="most"/>, or adds an error.</summary>
    public static int Read(ArgumentResult result, string name, int least, int most = int.MaxValue)
    {
        string text = result.Tokens[0].Value;
        bool isWhole = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value);
        if (isWhole && value >= least && value <= most) return value;
        string range = most == int.MaxValue ? $"of at least {least}" : $"from {least} to {most}";
        result.AddError($"{name} must be a whole number {range}, but is {OptionText.Shown(text)}.");
        return least;
    }

    /// <summary><c>--seed</c>.</summary>
    public static Option<long> Seed() => new("--seed")
    {
        Description = "Seed of weights, batches and noise; any whole number",
        HelpName = "n",
        DefaultValueFactory = _ => 1,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)) return value;
            result.AddError($"--seed must be a whole number, but is {OptionText.Shown(text)}.");
            return 0;
        },
    };

    /// <summary>A folder, which may not exist yet.</summary>
    public static Option<DirectoryInfo> Folder(string name, string fallback, string description) => new(name)
    {
        Description = description,
        HelpName = "folder",
        DefaultValueFactory = _ => new DirectoryInfo(fallback),
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            bool isName = text.Length > 0 && !text.Contains('\0');
            if (isName && !File.Exists(text)) return new DirectoryInfo(text);
            result.AddError($"{name} must be a folder, but {(isName ? $"{text} is a file" : $"is {OptionText.Shown(text)}")}.");
            return null;
        },
    };

    /// <summary>Any of several names, one after the other.</summary>
    public static Argument<string[]> Names(string name, string description, string[] known)
    {
        var names = new Argument<string[]>(name)
        {
            Description = $"{description}: {string.Join(", ", known)}; all of them where none is named",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.Validators.Add(result =>
        {
            foreach (string typed in (result.GetValue(names) ?? []).Except(known))
            {
                result.AddError(Mistakes.NotOneOf($"<{name}>", known, typed));
            }
        });
        return names;
    }

    /// <summary>
    /// Runs a program. The first Ctrl-C cancels <c>stop</c>, the second <c>abort</c>, the third ends the process at once.
    /// </summary>
    /// <param name="command">The program's description and options.</param>
    /// <param name="output">The option of the folder for its files, which is made, and tried, before it runs; null for none.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="run">The program, given its options, <c>stop</c> and <c>abort</c>.</param>
    /// <param name="stopped">The line that is written when the program was cancelled.</param>
    /// <returns>The exit code: 0 done, 1 an error, 2 a wrong command line, 130 cancelled.</returns>
    public static int Run(
        RootCommand command,
        Option<DirectoryInfo>? output,
        string[] args,
        Action<ParseResult, CancellationToken, CancellationToken> run,
        string stopped = "Stopped.")
    {
        command.SetAction(parsed =>
        {
            if (output is not null) OutputPath.RequireFolder(output.Name, parsed.GetValue(output)!.ToString());
            using var stop = new CancellationTokenSource();
            using var abort = new CancellationTokenSource();
            Console.CancelKeyPress += (_, pressed) =>
            {
                pressed.Cancel = !abort.IsCancellationRequested;
                if (stop.IsCancellationRequested) abort.Cancel();
                stop.Cancel();
            };
            run(parsed, stop.Token, abort.Token);
            return ExitCode.Done;
        });
        command.Add(new Option<bool>("--verbose") { Description = "After an error, write where in the program it was too" });
        return Failure.Run(
            Console.Error,
            args.Contains("--verbose"),
            () => Parse(command, args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }),
            stopped);
    }

    /// <summary>Parses a command line.</summary>
    /// <exception cref="UsageException">It is wrong; the message says what is.</exception>
    public static ParseResult Parse(RootCommand command, string[] args)
    {
        ParseResult parsed = command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count == 0) return parsed;
        throw new UsageException(Mistakes.Find(parsed, args) ?? string.Join(' ', Mistakes.Others(parsed)));
    }
}
