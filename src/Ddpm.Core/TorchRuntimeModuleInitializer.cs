using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ddpm.Core;

/// <summary>Lets TorchSharp find its native library in programs that use this assembly before they make a tensor.</summary>
internal static class TorchRuntimeModuleInitializer
{
    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries",
        Justification = "TorchSharp must find its native library before any user code can run; there is no later hook.")]
    internal static void Initialize() => TorchRuntime.Prepare();
}
