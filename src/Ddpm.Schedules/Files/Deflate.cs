namespace Ddpm.Core;

/// <summary>What compressed data can hold, before they are unpacked.</summary>
internal static class Deflate
{
    /// <summary>The most bytes that a compressed byte can hold: deflate spends two bits on 258 bytes at best.</summary>
    public const long MostExpansion = 1032;
}
