namespace Ddpm.Training.Tests.Checkpoints;

/// <summary>A test that needs a <see cref="SmallDisk"/>, skipped where none can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!SmallDisk.IsPossible) Skip = "tmpfs cannot be mounted here: that takes Linux and root.";
    }
}
