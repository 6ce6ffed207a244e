using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Ddpm.Core;

/// <summary>
/// Makes TorchSharp's native library load where it would not: on Debian 12, Ubuntu 22.04 and other systems whose libstdc++ ends at
/// GLIBCXX_3.4.30 or .31. Does nothing where the ordinary load works. See docs/native-loading.md.
/// </summary>
/// <remarks>
/// Loading Ddpm.Core does this by itself, when a method that uses one of its types first runs. A program that touches <c>torch</c> before any
/// type of Ddpm calls <see cref="EnsureLoaded"/> first.
/// </remarks>
public static class TorchRuntime
{
    private const string Library = "LibTorchSharp";

    private static readonly Lazy<object?> Registration = new(Register);
    private static readonly Lazy<TorchLibraryRepair> Repair = new(() => TorchLibraryRepair.Run(NativeDirectories.All()));

    /// <summary>Loads TorchSharp's native library; further calls do nothing.</summary>
    /// <exception cref="TorchRuntimeException">It cannot be loaded; the message says what was found, what is needed and what to do.</exception>
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
    /// Whether an NVIDIA GPU can be used. False without a word where no CUDA package is referenced, where TorchSharp's own question prints a page.
    /// </summary>
    /// <exception cref="TorchRuntimeException">The native library cannot be loaded.</exception>
    public static bool IsCudaAvailable()
    {
        EnsureLoaded();
        return NativeLibrary.TryLoad("torch_cuda", typeof(torch).Assembly, searchPath: null, out _) && torch.cuda.is_available();
    }

    private static object? Register()
    {
        // Raised only after the ordinary search has failed, for TorchSharp's own loading and for its P/Invokes. The load context is that of
        // TorchSharp, which a plugin host may have given one of its own.
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (assembly, name) => assembly == typeof(torch).Assembly && name == Library ? Repair.Value.Handle : 0;
        return null;
    }
}
