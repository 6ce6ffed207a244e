using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Tests;

/// <summary>
/// The device that tests compare with the CPU: DDPM_TEST_DEVICE names it, such as cuda (benchmarks/gpu.sh). Without it the other device is
/// the CPU too, which rehearses the tests.
/// </summary>
internal static class OtherDevice
{
    /// <summary>Returns the device. TF32 is off there: its rounding is not what the tests look for.</summary>
    public static Device Of()
    {
        var device = new Device(Environment.GetEnvironmentVariable("DDPM_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu");
        if (device.type == DeviceType.CUDA) backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = false;
        return device;
    }
}
