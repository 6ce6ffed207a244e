using System.Runtime.InteropServices;
using System.Text;

namespace Ddpm.Distributed.Mpi;

/// <summary>The MPI library: its functions by their addresses, for which file they are in is known only when the program runs.</summary>
internal sealed unsafe class MpiLibrary
{
    // More than any library's MPI_MAX_LIBRARY_VERSION_STRING (8192 in MPICH) and MPI_MAX_ERROR_STRING.
    private const int TextBytes = 16384;

    private readonly nint handle;

    private MpiLibrary(nint handle, string file)
    {
        this.handle = handle;
        File = file;
        var getVersion = (delegate* unmanaged[Cdecl]<byte*, int*, int>)Export("MPI_Get_library_version");
        byte[] text = new byte[TextBytes];
        int length = 0;
        fixed (byte* start = text) getVersion(start, &length);
        Version = Encoding.UTF8.GetString(text, 0, Math.Clamp(length, 0, TextBytes)).TrimEnd('\0', '\n', ' ');
        Abi = LibraryIdentity.Identify(file, Version, Find);
    }

    /// <summary>Gets the file.</summary>
    public string File { get; }

    /// <summary>Gets the library's description of itself.</summary>
    public string Version { get; }

    /// <summary>Gets its handles.</summary>
    public MpiAbi Abi { get; }

    /// <summary>Returns the library; null where none of the names can be loaded.</summary>
    public static MpiLibrary? Load(IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle)) return new MpiLibrary(handle, name);
        }

        return null;
    }

    /// <summary>Returns the address of a function that every MPI library has.</summary>
    public nint Export(string name) =>
        Find(name) is var address and not 0 ? address : throw new MpiException($"{File} is not an MPI library: it does not export {name}.");

    /// <summary>Returns the address of a function or object; 0 where there is none.</summary>
    public nint Find(string name) => NativeLibrary.TryGetExport(handle, name, out nint address) ? address : 0;

    /// <summary>Throws what a function's return code says.</summary>
    public void Check(int code, string function)
    {
        if (code == 0) return;
        var errorString = (delegate* unmanaged[Cdecl]<int, byte*, int*, int>)Export("MPI_Error_string");
        byte[] text = new byte[TextBytes];
        int length = 0;
        fixed (byte* start = text)
        {
            if (errorString(code, start, &length) != 0) length = 0;
        }

        throw new MpiException($"{function} failed with code {code}: " +
            $"{Encoding.UTF8.GetString(text, 0, Math.Clamp(length, 0, TextBytes)).TrimEnd('\0')}", code);
    }
}
