using System.Runtime.InteropServices;
using System.Text;

namespace Ddpm.Cli.Doctor;

/// <summary>NVIDIA's driver, asked through its own library, so that GPUs are found before a libtorch for them is there.</summary>
/// <param name="Cuda">The newest CUDA that it serves; null where it does not say.</param>
/// <param name="Devices">The GPUs.</param>
internal sealed unsafe record CudaDriver(Version? Cuda, IReadOnlyList<GpuDevice> Devices)
{
    private const int NameBytes = 256, CapabilityMajor = 75, CapabilityMinor = 76;

    /// <summary>The file that the driver's setup brings.</summary>
    public static string File => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Asks the driver; null where there is none.</summary>
    public static CudaDriver? Find()
    {
        if (!NativeLibrary.TryLoad(File, out nint library)) return null;
        int version = 0, count = 0;
        if (Function(library, "cuDriverGetVersion") is var get and not 0) ((delegate* unmanaged[Cdecl]<int*, int>)get)(&version);
        // What fails here fails in libtorch too, which then has no device.
        bool works = Function(library, "cuInit") is var init and not 0 && ((delegate* unmanaged[Cdecl]<uint, int>)init)(0) == 0
            && Function(library, "cuDeviceGetCount") is var getCount and not 0
            && ((delegate* unmanaged[Cdecl]<int*, int>)getCount)(&count) == 0;
        return new CudaDriver(
            version > 0 ? new Version(version / 1000, version % 1000 / 10) : null,
            works ? [.. Enumerable.Range(0, count).Select(index => Describe(library, index))] : []);
    }

    private static GpuDevice Describe(nint library, int index)
    {
        int device = 0, major = 0, minor = 0;
        nuint bytes = 0;
        byte* name = stackalloc byte[NameBytes];
        new Span<byte>(name, NameBytes).Clear();
        ((delegate* unmanaged[Cdecl]<int*, int, int>)Function(library, "cuDeviceGet"))(&device, index);
        ((delegate* unmanaged[Cdecl]<byte*, int, int, int>)Function(library, "cuDeviceGetName"))(name, NameBytes, device);
        var attribute = (delegate* unmanaged[Cdecl]<int*, int, int, int>)Function(library, "cuDeviceGetAttribute");
        attribute(&major, CapabilityMajor, device);
        attribute(&minor, CapabilityMinor, device);
        ((delegate* unmanaged[Cdecl]<nuint*, int, int>)Function(library, "cuDeviceTotalMem_v2"))(&bytes, device);
        string text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
        return new GpuDevice(text, new Version(major, minor), (long)bytes);
    }

    private static nint Function(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0;
}
