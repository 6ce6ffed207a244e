namespace Ddpm.Evaluation;

/// <summary>Chooses the scale of pixels that a feature network expects.</summary>
public enum PixelScale
{
    /// <summary>Passes the byte, uint8, or float32 0 … 255 after resizing.</summary>
    Bytes,

    /// <summary>Passes p/255 as float32.</summary>
    UnitInterval,

    /// <summary>Passes p/127.5 - 1 as float32.</summary>
    MinusOneToOne,
}
