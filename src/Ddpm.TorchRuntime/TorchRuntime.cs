using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Ddpm.Core;

/// <summary>
/// Makes TorchSharp's native library load where it would not: on Linux systems whose libstdc++ ends at GLIBCXX_3.4.30 or .31 (Debian 12,
/// Ubuntu 22.04), and in scripts, whose packages lie in NuGet's folder. On Windows it leaves Ctrl-C to the program. See
/// docs/native-loading.md.
/// </summary>
/// <remarks>
/// Members of Ddpm's packages that need the library call <see cref="EnsureLoaded"/> themselves, and C# programs that reference the package
/// call <see cref="Prepare"/> as they start.
/// </remarks>
public static class TorchRuntime
{
    internal const string Library = "LibTorchSharp";

    private static readonly Lazy<object?> Registration = new(Register);
    private static readonly Lazy<TorchLibraryRepair> Repair = new(() => TorchLibraryRepair.Run(NativeDirectories.All()));
    private static volatile bool loaded;

    /// <summary>
    /// Lets TorchSharp find its native library when it needs it, and loads nothing now. Call it before the first use of <c>torch</c>.
    /// </summary>
    public static void Prepare()
    {
        FortranInterrupts.Disable();
        if (OperatingSystem.IsLinux()) _ = Registration.Value;
    }

    /// <summary>Loads TorchSharp's native library; further calls do nothing.</summary>
    /// <exception cref="TorchRuntimeException">
    /// The library cannot be loaded; the message says what was found, what is needed and what to do.
    /// </exception>
    public static void EnsureLoaded()
    {
        if (loaded) return;
        if (OperatingSystem.IsLinux()) LoadRepaired();
        else LoadAsTorchSharpDoes();
        loaded = true;
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

    private static void LoadRepaired()
    {
        Prepare();
        if (NativeLibrary.TryLoad(Library, typeof(torch).Assembly, searchPath: null, out _)) return;
        throw new TorchRuntimeException(Repair.Value.Problem ?? $"{Library} could not be loaded, though its repair reports no problem.");
    }

    private static void LoadAsTorchSharpDoes()
    {
        Prepare();
        try
        {
            RuntimeHelpers.RunClassConstructor(typeof(torch).TypeHandle);
        }
        catch (TypeInitializationException exception)
        {
            Exception cause = exception.InnerException ?? exception;
            throw new TorchRuntimeException(
                $"TorchSharp's native library cannot be loaded. {MissingPackage.Remedy} {cause.Message}", cause);
        }
    }

    private static object? Register()
    {
        // Raised only after the ordinary search has failed, for TorchSharp's own loading and for its P/Invokes. A plugin host may load
        // TorchSharp into another context than the default one: the handler belongs to the context of TorchSharp.
        AssemblyLoadContext context = AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;
        context.ResolvingUnmanagedDll += (assembly, name) => assembly == typeof(torch).Assembly && name == Library ? Repaired() : 0;
        return null;
    }

    // Without this error TorchSharp would go on to copy 478 MB into the application's folder and then blame a missing package.
    private static nint Repaired() =>
        Repair.Value is { Problem: null } repair ? repair.Handle : throw new TorchRuntimeException(Repair.Value.Problem);
}
