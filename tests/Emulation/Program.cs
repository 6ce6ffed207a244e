using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Emulation;
using Xunit.Sdk;

// Runs all tests of the assemblies Ddpm.*.Tests beside the program and prints what fails.
Console.WriteLine(
    $"{RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}, " +
    $"128-bit vectors {(Vector128.IsHardwareAccelerated ? "" : "not ")}accelerated");
var options = new RunOptions();
using var results = new TestResults(leftOut: args);
foreach (string path in Directory.GetFiles(AppContext.BaseDirectory, "Ddpm.*.Tests.dll").Order(StringComparer.Ordinal))
{
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
    Console.WriteLine($"{name.Name}: {results.Passed} passed, {results.Failed} failed so far");
}

return results.Passed > 0 && results.Failed == 0 ? 0 : 1;
