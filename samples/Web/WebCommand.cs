using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using Ddpm.Hosting;
using Ddpm.Samples;

namespace Ddpm.Web;

/// <summary>The command line: options with defaults and ranges, errors as one line, exit codes.</summary>
internal static class WebCommand
{
    /// <summary>Serves until it is stopped: 0 then; 1, or 2 after a wrong command line, with a line on what is wrong.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken stop = default)
    {
        ServerOptions defaults = new();
        DdpmOptions limits = new();
        var model = new Option<string?>("--model")
        {
            HelpName = "folder",
            Description = "Model folder, as the Quickstart, ddpm train or diffusers write it; "
                + "by default a model of Fashion-MNIST that comes with the program",
        };
        var weak = new Option<string?>("--weak-model")
        {
            HelpName = "folder",
            Description = "Folder of a weaker version of the model, such as an earlier checkpoint: guidance leads away from it, and needs "
                + "no class",
        };
        var address = new Option<string>("--address")
        {
            HelpName = "address",
            Description = "Address to listen at: 127.0.0.1 is this machine alone, 0.0.0.0 every machine that reaches it (there is no "
                + "password)",
            DefaultValueFactory = _ => defaults.Address.ToString(),
        };
        Option<int> port = SampleProgram.Number("--port", defaults.Port, "Port; 0 takes any that is free", 0, IPEndPoint.MaxPort);
        Option<int> count = SampleProgram.Number(
            "--max-count", limits.MaxCount, "Most samples of a run, which are in memory together", 1, 1024);
        var steps = new Option<int?>("--max-steps")
        {
            Description = "Most steps of a run, at least 1; by default the model's T",
            HelpName = "n",
            CustomParser = result => SampleProgram.Read(result, "--max-steps", least: 1),
        };
        Option<int> queue = SampleProgram.Number("--queue", limits.QueueLength, "Runs that may wait", 1, 10_000);
        Option<string> device = DeviceOption.Create();
        var verbose = new Option<bool>("--verbose")
        {
            Description = "Log every request, and after an error write where in the program it was too",
        };
        address.Validators.Add(result =>
        {
            string text = result.GetValue(address) ?? "";
            if (IPAddress.TryParse(text, out _)) return;
            result.AddError($"--address must be an IP address such as 127.0.0.1, but is {OptionText.Shown(text)}.");
        });

        var command = new RootCommand("Serves a model of pictures as a web page with live previews, and to programs as JSON.")
        {
            model, weak, address, port, count, steps, queue, device, verbose,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string folder = parsed.GetValue(model) ?? ServerOptions.IncludedModel, place = parsed.GetValue(device)!;
            if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"--model: the folder {folder} does not exist.");
            string? worse = parsed.GetValue(weak);
            if (worse is not null && !Directory.Exists(worse))
            {
                throw new DirectoryNotFoundException($"--weak-model: the folder {worse} does not exist.");
            }

            var options = new ServerOptions
            {
                Address = IPAddress.Parse(parsed.GetValue(address)!),
                Port = parsed.GetValue(port),
                Model = served =>
                {
                    if (place == "cpu")
                    {
                        (served.Folder, served.WeakFolder) = (folder, worse);
                    }
                    else
                    {
                        (served.Load, served.Title) = (() => TensorModel.Load(folder, place), Path.GetFileName(folder));
                        if (worse is not null) served.LoadWeak = () => TensorModel.Load(worse, place);
                    }

                    served.MaxCount = parsed.GetValue(count);
                    served.MaxSteps = parsed.GetValue(steps);
                    served.QueueLength = parsed.GetValue(queue);
                },
            };
            LogLevel log = parsed.GetValue(verbose) ? LogLevel.Information : LogLevel.Warning;
            await ServeAsync(options, log, output, cancellationToken);
            return ExitCode.Done;
        });
        try
        {
            return await SampleProgram.Parse(command, args)
                .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error }, stop);
        }
#pragma warning disable CA1031 // Nothing else handles it: the alternative is an abort with a trace.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failure.Report(error, args.Contains("--verbose"), exception);
        }
    }

    private static async Task ServeAsync(ServerOptions options, LogLevel log, TextWriter output, CancellationToken stop)
    {
        await using WebApplication app = WebServer.Create(options, log);
        ModelInformation model = await LoadAsync(app, stop);
        try
        {
            await app.StartAsync(stop);
        }
        catch (SocketException exception)
        {
            throw new IOException(
                $"--address must be an address of this machine, but is {options.Address}: {exception.Message}.", exception);
        }

        await output.WriteLineAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{model.Title} ({model.Channels}×{model.Height}×{model.Width}{Parameters(model)}) at "
                    + $"{WebServer.Address(app).ToString().TrimEnd('/')}"));
        await output.WriteLineAsync("Ctrl-C stops.");
        await output.FlushAsync(CancellationToken.None);
        await app.WaitForShutdownAsync(stop);
    }

    // The program ends where its model is faulty, with the line that says what is wrong.
    private static async Task<ModelInformation> LoadAsync(WebApplication app, CancellationToken stop)
    {
        try
        {
            return await app.Services.GetRequiredService<IDdpmService>().DescribeAsync(stop);
        }
        catch (ModelUnavailableException exception) when (exception.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    private static string Parameters(ModelInformation model) =>
        model.Parameters is { } count ? string.Create(CultureInfo.InvariantCulture, $", {count:N0} parameters") : "";
}
