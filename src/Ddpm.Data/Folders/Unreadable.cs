namespace Ddpm.Data.Folders;

/// <summary>Why a file or folder that was listed cannot be read.</summary>
internal static class Unreadable
{
    // .NET writes it for what it cannot decode, and then finds no such file.
    private const char Undecodable = '\uFFFD';

    /// <summary>Returns whether an exception says that one file or folder cannot be read.</summary>
    public static bool Is(Exception exception) => exception is InvalidDataException or IOException or UnauthorizedAccessException;

    /// <summary>Gives the reason as text.</summary>
    public static string Reason(string path, Exception exception) =>
        exception is FileNotFoundException or DirectoryNotFoundException && path.Contains(Undecodable)
            ? "its name is not valid UTF-8; rename it."
            : exception.Message;
}
