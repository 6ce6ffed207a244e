using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Ddpm.Core;

/// <summary>
/// An anonymous file in memory (memfd_create, Linux ≥ 3.17) that the system's loader can open. It vanishes with its last user.
/// </summary>
internal sealed class MemoryFile : IDisposable
{
    private const uint CloseOnExec = 1;
    private readonly SafeFileHandle handle;

    private MemoryFile(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Gets the path under which this process, and no other user, can open the file.</summary>
    public string Path => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    /// <summary>Returns a file with the given contents.</summary>
    /// <param name="name">A name for debuggers.</param>
    /// <param name="contents">The contents.</param>
    /// <exception cref="TorchRuntimeException">The system gives no such file.</exception>
    public static MemoryFile Create(string name, ReadOnlySpan<byte> contents)
    {
        var handle = new SafeFileHandle(memfd_create(System.Text.Encoding.UTF8.GetBytes(name + '\0'), CloseOnExec), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw new TorchRuntimeException(
                $"memfd_create failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}. The repair of TorchSharp's " +
                "native library needs an anonymous memory file, which this system or its sandbox refuses.");
        }

        RandomAccess.Write(handle, contents, 0);
        return new MemoryFile(handle);
    }

    /// <summary>Closes the file; what was loaded from it stays loaded.</summary>
    public void Dispose() => handle.Dispose();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int memfd_create(byte[] name, uint flags);
}
