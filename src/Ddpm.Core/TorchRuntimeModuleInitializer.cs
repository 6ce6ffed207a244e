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
    internal static void Initialize()
    {
        // A program that must start without libtorch, to show its help, sets this switch before it uses the assembly.
        if (!AppContext.TryGetSwitch("Ddpm.Core.LoadTorchLater", out bool later) || !later) TorchRuntime.EnsureLoaded();
    }
}
