using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Emulation;
using Xunit.Sdk;

// Beside a .NET that no `dotnet` starts, this is `dotnet`: with a program's file as first argument it runs that program.
if (args is [string program, ..] && program.EndsWith(".dll", StringComparison.Ordinal))
{
    return AppDomain.CurrentDomain.ExecuteAssembly(Path.GetFullPath(program), args[1..]);
}

// Runs the tests of the assemblies *.Tests beside the program, prints what fails, and adds a line of totals to the file DDPM_TEST_REPORT.
// Arguments: Class or Class.Method leaves tests out; +Class or +Class.Method runs these alone.
Console.WriteLine(
    $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}, " +
    $"128-bit vectors {(Vector128.IsHardwareAccelerated ? "" : "not ")}accelerated");
bool allPassed = true;

// xunit nests the tests of a class on the thread's stack, and the first thread has 1.5 MB on Windows.
var runner = new Thread(RunAll, maxStackSize: 256 << 20);
runner.Start();
runner.Join();
return allPassed ? 0 : 1;

void RunAll()
{
    var options = new RunOptions();
    foreach (string path in Directory.GetFiles(AppContext.BaseDirectory, "*.Tests.dll").Order(StringComparer.Ordinal))
    {
        using var results = new TestResults(new TestFilter(args));
        using var framework = new XunitTestFramework(new NullMessageSink());
        AssemblyName name = AssemblyName.GetAssemblyName(path);
        using (var discoverer = framework.GetDiscoverer(Reflector.Wrap(Assembly.Load(name))))
        {
            discoverer.Find(includeSourceInformation: false, results, options);
            results.Wait();
        }

        using var executor = framework.GetExecutor(name);
        executor.RunTests(results.TakeDiscovered(), results, options);
        results.Wait();
        Console.WriteLine(
            $"{name.Name}: {results.Passed} passed, {results.Failed} failed, {results.Skipped} skipped; {results.LeftOut} methods left out");
        if (Environment.GetEnvironmentVariable("DDPM_TEST_REPORT") is { Length: > 0 } report)
        {
            File.AppendAllText(report, $"{name.Name}\t{results.Passed}\t{results.Failed}\t{results.Skipped}\t{results.LeftOut}\n");
        }

        allPassed &= results.Passed > 0 && results.Failed == 0;
    }
}
