using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Ddpm.Benchmarks;
using Ddpm.Core;

// Some benchmarks make tensors before they touch the library.
TorchRuntime.EnsureLoaded();

// --ratios: the table of ratios to the plain network, taken in turn. Names of cases may follow.
if (args.Contains("--ratios"))
{
    Ratios.Write([.. args.Where(argument => !argument.StartsWith('-'))], args.Contains("--quick") ? 0 : 6);
    return;
}

// In this process: another would copy 480 MB of native libraries for each benchmark.
// --quick measures little, to see that everything runs.
bool quick = args.Contains("--quick");
Job job = (quick ? Job.Dry : Job.Default.WithWarmupCount(3).WithIterationCount(9).WithInvocationCount(1).WithUnrollFactor(1)).WithToolchain(InProcessEmitToolchain.Instance);
IConfig config = DefaultConfig.Instance.AddJob(job).WithOption(ConfigOptions.DisableOptimizationsValidator, true);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(argument => argument != "--quick")], config);
