using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Ddpm.Core;

/// <summary>
/// Makes TorchSharp's native library load on Linux systems where it otherwise fails: Debian 12, Ubuntu 22.04 and others whose libstdc++
/// ends at GLIBCXX_3.4.30 or .31. It does nothing where the ordinary load works. See docs/native-loading.md.
/// </summary>
/// <remarks>
/// Ddpm.Core calls <see cref="EnsureLoaded"/> itself when a method that uses one of its types first runs. Other programs, and those that
/// touch <c>torch</c> before any type of Ddpm, call it before the first use of <c>torch</c>.
/// </remarks>
public static class TorchRuntime
{
    private const string Library = "LibTorchSharp";

    private static readonly Lazy<object?> Registration = new(Register);
    private static readonly Lazy<TorchLibraryRepair> Repair = new(() => TorchLibraryRepair.Run(NativeDirectories.All()));

    /// <summary>Loads TorchSharp's native library; further calls do nothing.</summary>
    /// <exception cref="TorchRuntimeException">
    /// The library cannot be loaded; the message says what was found, what is needed and what to do.
    /// </exception>
    public static void EnsureLoaded()
    {
        // Elsewhere TorchSharp's own loading is right and its own messages apply.
        if (!OperatingSystem.IsLinux()) return;
        _ = Registration.Value;
        if (NativeLibrary.TryLoad(Library, typeof(torch).Assembly, searchPath: null, out _)) return;

        // Stop here: TorchSharp would go on to copy 478 MB into the application's folder and then blame a missing package.
        throw new TorchRuntimeException(Repair.Value.Problem ?? $"{Library} could not be loaded, though its repair reports no problem.");
    }

    /// <summary>
    /// Returns whether an NVIDIA GPU can be used. Without a CUDA package the answer is false and nothing is printed; TorchSharp's own
    /// question prints a page of advice there.
    /// </summary>
    /// <exception cref="TorchRuntimeException">The native library cannot be loaded.</exception>
    public static bool IsCudaAvailable()
    {
        EnsureLoaded();
        return NativeLibrary.TryLoad("torch_cuda", typeof(torch).Assembly, searchPath: null, out _) && torch.cuda.is_available();
    }

    private static object? Register()
    {
        // Raised only after the ordinary search has failed, for TorchSharp's own loading and for its P/Invokes. A plugin host may load
        // TorchSharp into another context than the default one: the handler belongs to the context of TorchSharp.
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (assembly, name) =>
            assembly == typeof(torch).Assembly && name == Library ? Repair.Value.Handle : 0;
        return null;
    }
}
