using Ddpm.Data;
using Quickstart;
using static TorchSharp.torch;

namespace Ddpm.Views;

/// <summary>The Quickstart's digits as 4×4 pixels of 0 and 1, row by row: a text of 16 for each.</summary>
internal static class BinaryDigits
{
    private const int Size = 4;

    /// <summary>The first half of the digits to train with, and the second, by other writers, to test with.</summary>
    public static (IReadOnlyList<string> Train, IReadOnlyList<string> Test) Load()
    {
        using var scope = NewDisposeScope();
        using ImageDataset digits = Digits.Load();
        Tensor means = nn.functional.avg_pool2d(digits.Images().to(float32), Digits.Size / Size);
        byte[] bits = (means >= 128).to(uint8).data<byte>().ToArray();
        string[] all = [.. bits.Chunk(Size * Size).Select(picture => string.Concat(picture))];
        return (all[..(all.Length / 2)], all[(all.Length / 2)..]);
    }
}
