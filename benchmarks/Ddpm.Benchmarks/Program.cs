using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Ddpm.Benchmarks;
using Ddpm.Cli.Shell;
using Ddpm.Core;
using TorchSharp;

if (args.Length == 0 || args.Contains("--help"))
{
    Help.Write();
    return ExitCode.Done;
}

return Failure.Run(Console.Error, args.Contains("--verbose"), () =>
{
    // Some benchmarks make tensors before they touch the library.
    TorchRuntime.EnsureLoaded();
    Effort.IsQuick = args.Contains("--quick");
    List<string> arguments = [.. args.Where(argument => argument is not ("--quick" or "--verbose"))];
    if (Mode.All.FirstOrDefault(mode => arguments.Contains(mode.Option)) is { } asked)
    {
        arguments.Remove(asked.Option);
        var given = new ModeArguments(arguments);
        // Before anything computes: a plan's team has as many threads as libtorch.
        if (given.Threads is { } threads) torch.set_num_threads(threads);
        asked.Run(given);
        return ExitCode.Done;
    }

    // --quick without a filter: everything.
    if (Effort.IsQuick && !arguments.Contains("--filter") && !arguments.Contains("--list"))
    {
        arguments.AddRange(["--filter", "*"]);
        foreach (Mode mode in Mode.All) mode.Run(new ModeArguments([]));
    }

    // In this process: another would copy 480 MB of native libraries for each benchmark.
    Job job = (Effort.IsQuick ? Job.Dry : Job.Default.WithWarmupCount(3).WithIterationCount(9).WithInvocationCount(1).WithUnrollFactor(1))
        .WithToolchain(InProcessEmitToolchain.Instance);
    IConfig config = DefaultConfig.Instance.AddJob(job).WithOption(ConfigOptions.DisableOptimizationsValidator, true);
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. arguments], config);
    return ExitCode.Done;
});
