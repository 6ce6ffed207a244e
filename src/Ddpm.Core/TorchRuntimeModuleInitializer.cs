using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ddpm.Core;

/// <summary>Loads the native library as soon as this assembly is used, so that programs of Ddpm.Core need not call TorchRuntime.</summary>
internal static class TorchRuntimeModuleInitializer
{
    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries",
        Justification = "TorchSharp must find its native library before any user code can run; there is no later hook.")]
    internal static void Initialize() => TorchRuntime.EnsureLoaded();
}
