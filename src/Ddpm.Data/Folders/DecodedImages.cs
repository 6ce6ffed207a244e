using Ddpm.Imaging;
using static TorchSharp.torch;

namespace Ddpm.Data.Folders;

/// <summary>Decodes many images into one tensor of bytes, on several threads.</summary>
internal static class DecodedImages
{
    /// <summary>Decodes; besides the result, each thread has one image in memory.</summary>
    /// <param name="shape">The shape of all images and their number in front, [N, C, H, W].</param>
    /// <param name="workers">How many threads at most; the result and the failure are those of one. Range: ≥ 1.</param>
    /// <param name="decode">Decodes the image of a number; null for one that is left out. Several threads call it.</param>
    /// <param name="progress">Receives the number of images done, one call at a time.</param>
    /// <param name="stop">Ends the decoding.</param>
    /// <returns>The images, uint8, in order, of which the first are used, and their numbers.</returns>
    /// <exception cref="OperationCanceledException">The decoding was cancelled.</exception>
    public static (Tensor Pixels, int[] Kept) Read(
        long[] shape, int workers, Func<int, DecodedImage?> decode, IProgress<int>? progress, CancellationToken stop)
    {
        int count = checked((int)shape[0]), done = 0;
        var usable = new bool[count];
        var counting = new Lock();
        using var scope = NewDisposeScope();
        Tensor pixels = empty(shape, uint8);
        OrderedLoop.Run(count, workers, Place, stop);
        int[] kept = [.. Enumerable.Range(0, count).Where(file => usable[file])];
        // Those behind one that is left out move up.
        for (int place = 0; place < kept.Length; place++)
        {
            if (kept[place] == place) continue;
            using Tensor from = pixels.narrow(0, kept[place], 1), to = pixels.narrow(0, place, 1);
            from.bytes.CopyTo(to.bytes);
        }

        return (pixels.MoveToOuterDisposeScope(), kept);

        void Place(int file)
        {
            if (decode(file) is { } image)
            {
                using Tensor place = pixels.narrow(0, file, 1);
                image.Pixels.Span.CopyTo(place.bytes);
                usable[file] = true;
            }

            lock (counting) progress?.Report(++done);
        }
    }
}
