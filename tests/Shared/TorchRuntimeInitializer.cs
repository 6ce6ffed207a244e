using System.Runtime.CompilerServices;

namespace Ddpm.Tests;

/// <summary>Tests touch torch before any type of the library: load the native library as soon as the test assembly is.</summary>
internal static class TorchRuntimeInitializer
{
    [ModuleInitializer]
    internal static void Initialize() => Ddpm.Core.TorchRuntime.EnsureLoaded();
}
