namespace Ddpm.Evaluation;

/// <summary>What a feature network takes a pixel as.</summary>
public enum PixelScale
{
    /// <summary>The byte itself, uint8, or float32 of 0 … 255 after resizing.</summary>
    Bytes,

    /// <summary>p/255, float32.</summary>
    UnitInterval,

    /// <summary>p/127.5 - 1, float32.</summary>
    MinusOneToOne,
}
