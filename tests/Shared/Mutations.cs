using System.Text;

namespace Ddpm.Tests;

/// <summary>A good file, changed at random in ways that break readers. The same seed gives the same changes.</summary>
internal static class Mutations
{
    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "null", "true", "-1", "0", "1e999", "-1e999", "1e-400", "8.0", "99999999999999999999", "2147483648", "NaN", "\"\"",
            "\"\\ud800\"", "\"\\u0000\"",
            "{}", "[]", "[[", "{\"a\":", ",", ":", "\"", "\\", "/*", "//", "\uFEFF", "\0", "\n", "é", "--", "@x",
            new string('[', 200), new string('9', 400), "\"" + new string('x', 5000) + "\"",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80],
    ];

    /// <summary>How many changes a test tries: a few, or as many as DDPM_FUZZ_COUNT says in a longer run by hand.</summary>
    public static int Count(int few) => int.TryParse(Environment.GetEnvironmentVariable("DDPM_FUZZ_COUNT"), out int many) ? many : few;

    /// <summary>Changed files.</summary>
    /// <param name="good">The good file.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides the changes.</param>
    public static IEnumerable<byte[]> Of(byte[] good, int count, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            byte[] changed = good;
            for (int change = random.Next(1, 4); change > 0; change--) changed = Change(changed, random);
            yield return changed;
        }
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        int start = random.Next(bytes.Length + 1), end = Math.Min(bytes.Length, start + random.Next(1, 12));
        byte[] token = Tokens[random.Next(Tokens.Length)];
        switch (random.Next(7))
        {
            case 0 when bytes.Length > 0:
                byte[] flipped = [.. bytes];
                flipped[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1: return bytes[..start];
            case 2: return [.. bytes[..start], .. bytes[end..]];
            case 3: return [.. bytes[..end], .. bytes[start..]];
            case 4: return [.. bytes[..start], .. token, .. bytes[start..]];
            case 5: return [.. bytes, .. token];
            default: return ReplaceValue(bytes, token, start);
        }
    }

    // The value after the next colon or comma.
    private static byte[] ReplaceValue(byte[] bytes, byte[] token, int start)
    {
        int begin = Array.FindIndex(bytes, start, b => b is (byte)':' or (byte)',' or (byte)'[') + 1;
        if (begin == 0) return [.. bytes[..start], .. token];
        int end = Array.FindIndex(bytes, begin, b => b is (byte)',' or (byte)']' or (byte)'}');
        return [.. bytes[..begin], .. token, .. bytes[(end < 0 ? bytes.Length : end)..]];
    }
}
