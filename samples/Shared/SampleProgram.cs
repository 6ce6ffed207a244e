using System.CommandLine;
using Ddpm.Cli.Shell;

namespace Ddpm.Samples;

/// <summary>The frame of a sample's program: options with ranges, Ctrl-C, errors as one line, exit codes.</summary>
internal static class SampleProgram
{
    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static Option<int> Number(string name, int fallback, string description, int least)
    {
        var option = new Option<int>(name) { Description = $"{description}, at least {least}", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < least)
            {
                result.AddError($"{name} must be at least {least}, but is {value}.");
            }
        });
        return option;
    }

    /// <summary><c>--seed</c>.</summary>
    public static Option<long> Seed() => new("--seed")
    {
        Description = "Seed of weights, batches and noise; any whole number",
        DefaultValueFactory = _ => 1,
    };

    /// <summary>A folder, which may not exist yet.</summary>
    public static Option<DirectoryInfo> Folder(string name, string fallback, string description)
    {
        var option = new Option<DirectoryInfo>(name) { Description = description, DefaultValueFactory = _ => new DirectoryInfo(fallback) };
        option.Validators.Add(result =>
        {
            if (result.GetValue(option) is { } folder && File.Exists(folder.FullName))
            {
                result.AddError($"{name} must be a folder, but {folder} is a file.");
            }
        });
        return option;
    }

    /// <summary>Makes a folder and tries a file in it, so that a program that cannot write says so before its work.</summary>
    /// <exception cref="IOException">The folder cannot be made, or no file in it.</exception>
    public static void Prepare(DirectoryInfo folder, string option)
    {
        try
        {
            folder.Create();
            string trial = Path.Combine(folder.FullName, Path.GetRandomFileName());
            using FileStream file = new(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{option} must be a folder to write into, but {folder} is not: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Runs a program. The first Ctrl-C cancels <c>stop</c>, the second <c>abort</c>, the third ends the process at once.
    /// </summary>
    /// <param name="command">The program's description and options.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="run">The program, given its options, <c>stop</c> and <c>abort</c>.</param>
    /// <param name="stopped">The line that is written when the program was cancelled.</param>
    /// <returns>The exit code: 0 done, 1 an error or a wrong command line, 130 cancelled.</returns>
    public static int Run(
        RootCommand command,
        string[] args,
        Action<ParseResult, CancellationToken, CancellationToken> run,
        string stopped = "Stopped.")
    {
        command.SetAction(parsed =>
        {
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
            () => command.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null })
                .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }),
            stopped);
    }
}
