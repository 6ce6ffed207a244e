using System.CommandLine;
using Ddpm.Cli.Arguments;
using Ddpm.HostingLoad;
using Ddpm.Samples;

var quick = new Option<bool>("--quick") { Description = "Few requests of a tiny model, to see that it runs" };
var output = new Option<FileInfo?>("--out") { Description = "Markdown file for the report; standard output by default" };
// A server is this program again, in a process of its own.
var serve = new Option<string?>("--serve") { Hidden = true };
var queue = new Option<int>("--queue") { Hidden = true };
var command = new RootCommand("Loads a service of Ddpm.Hosting and reports what its clients and its memory see.")
{
    quick, output, serve, queue,
};
return SampleProgram.Run(command, null, args, (parsed, stop, _) =>
{
    if (parsed.GetValue(serve) is { } model)
    {
        LoadServer.RunAsync(model, parsed.GetValue(queue)).GetAwaiter().GetResult();
        return;
    }

    Effort effort = parsed.GetValue(quick) ? Effort.Quick : Effort.Full;
    LoadReport report = LoadReport.MeasureAsync(effort, Console.Error, stop).GetAwaiter().GetResult();
    if (parsed.GetValue(output) is { } file) File.WriteAllText(file.FullName, report.Markdown);
    else Console.Write(report.Markdown);
    if (report.Faults.Count > 0) throw new UsageException(string.Join(' ', report.Faults));
});
