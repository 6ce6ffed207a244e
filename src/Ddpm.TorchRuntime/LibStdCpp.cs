using System.Globalization;
using System.Runtime.InteropServices;

namespace Ddpm.Core;

/// <summary>What the system's libstdc++ offers, for an error message.</summary>
internal static class LibStdCpp
{
    /// <summary>Returns the newest GLIBCXX_3.4.N that the loaded libstdc++ has; null where it cannot be found.</summary>
    public static string? NewestVersion()
    {
        try
        {
            NativeLibrary.TryLoad(TorchLibraryRepair.NeededLibrary, out _);
            string? path = File.ReadLines("/proc/self/maps")
                .Select(line => line.IndexOf('/', StringComparison.Ordinal) is >= 0 and int at ? line[at..] : "")
                .FirstOrDefault(mapped => Path.GetFileName(mapped).StartsWith("libstdc++.so", StringComparison.Ordinal));
            return path is null ? null : NewestVersion(File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The newest version whose name stands in a library's strings.</summary>
    internal static string? NewestVersion(ReadOnlySpan<byte> image)
    {
        ReadOnlySpan<byte> prefix = "GLIBCXX_3.4."u8;
        int newest = -1;
        for (int at = image.IndexOf(prefix); at >= 0;)
        {
            image = image[(at + prefix.Length)..];
            int digits = 0;
            while (digits < image.Length && digits < 4 && char.IsAsciiDigit((char)image[digits])) digits++;
            if (digits > 0)
            {
                newest = Math.Max(newest, int.Parse(image[..digits], CultureInfo.InvariantCulture));
            }

            at = image.IndexOf(prefix);
        }

        return newest < 0 ? null : $"GLIBCXX_3.4.{newest}";
    }
}
