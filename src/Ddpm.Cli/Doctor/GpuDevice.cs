namespace Ddpm.Cli.Doctor;

/// <summary>A GPU as NVIDIA's driver describes it.</summary>
/// <param name="Name">The model.</param>
/// <param name="Capability">The compute capability.</param>
/// <param name="Bytes">The memory.</param>
internal sealed record GpuDevice(string Name, Version Capability, long Bytes)
{
    /// <summary>Whether its matrix units compute in TF32 and bfloat16: Ampere and later.</summary>
    public bool HasTensorFormats => Capability.Major >= 8;
}
