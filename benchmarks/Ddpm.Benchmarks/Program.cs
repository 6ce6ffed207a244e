using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// In this process: another would copy 480 MB of native libraries for each benchmark.
// --quick measures little, to see that everything runs.
// Some benchmarks make tensors before they touch the library.
Ddpm.Core.TorchRuntime.EnsureLoaded();
bool quick = args.Contains("--quick");
Job job = (quick ? Job.Dry : Job.Default.WithWarmupCount(3).WithIterationCount(9).WithInvocationCount(1).WithUnrollFactor(1)).WithToolchain(InProcessEmitToolchain.Instance);
IConfig config = DefaultConfig.Instance.AddJob(job).WithOption(ConfigOptions.DisableOptimizationsValidator, true);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args.Where(argument => argument != "--quick")], config);
