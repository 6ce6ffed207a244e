using Ddpm.Models;

namespace Ddpm.Benchmarks;

/// <summary>
/// The most numbers that the features of a network must be at once, for one image: at each layer what goes in, what comes out, and the skip
/// connections that wait, all else having been freed. Norms, SiLU and sums are taken as done in place, so that no way of computing the
/// network in this order needs less.
/// </summary>
internal sealed class Activations
{
    private readonly Stack<long> skips = new();
    private long waiting;
    private long largest;

    /// <summary>The numbers for one image of the options' size.</summary>
    public static long Largest(UNetOptions options)
    {
        var walk = new Activations();
        walk.Down(options);
        walk.Up(options);
        return walk.largest;
    }

    private void Down(UNetOptions options)
    {
        long channels = options.BaseChannels;
        At(options.InChannels * Pixels(options, 0), channels * Pixels(options, 0));
        Push(channels * Pixels(options, 0));
        for (int level = 0; level < options.Levels; level++)
        {
            long pixels = Pixels(options, level), width = options.Channels(level);
            for (int block = 0; block < options.BlocksPerLevel; block++)
            {
                // The input waits as a skip connection already.
                Block(0, channels, width, pixels, options.Attends(level));
                Push(width * pixels);
                channels = width;
            }

            if (level == options.Levels - 1) continue;
            At(0, width * pixels / 4);
            Push(width * pixels / 4);
        }

        Block(0, channels, channels, Pixels(options, options.Levels - 1), attends: true);
        Block(channels * Pixels(options, options.Levels - 1), channels, channels, Pixels(options, options.Levels - 1), attends: false);
    }

    private void Up(UNetOptions options)
    {
        long channels = options.Channels(options.Levels - 1);
        for (int level = options.Levels - 1; level >= 0; level--)
        {
            long pixels = Pixels(options, level), width = options.Channels(level);
            for (int block = 0; block <= options.BlocksPerLevel; block++)
            {
                long skip = skips.Peek();
                Block(channels * pixels, channels + skip / pixels, width, pixels, options.Attends(level));
                waiting -= skips.Pop();
                channels = width;
            }

            if (level > 0) At(width * pixels, 4 * width * pixels);
        }

        At(channels * Pixels(options, 0), options.OutChannels * Pixels(options, 0));
    }

    // The block's input stays for the sum at its end; `held` is what of it does not wait as a skip connection. A convolution has its input,
    // normalised, and its output.
    private void Block(long held, long channels, long width, long pixels, bool attends)
    {
        At(held + channels * pixels, width * pixels);
        At(held + width * pixels, width * pixels);
        // Query, key and value beside the input.
        if (attends) At(width * pixels, 3 * width * pixels);
    }

    private void At(long input, long output) => largest = Math.Max(largest, waiting + input + output);

    private void Push(long numbers)
    {
        skips.Push(numbers);
        waiting += numbers;
    }

    private static long Pixels(UNetOptions options, int level) => (long)(options.Height >> level) * (options.Width >> level);
}
