namespace Ddpm.Models;

/// <summary>Files that lie where weights should and are something else, recognised by how they begin, with the way out.</summary>
internal static class ForeignFile
{
    /// <summary>
    /// Returns why a file is not read, where it begins like a pickle, an archive of pickles or a Git LFS pointer; null otherwise.
    /// </summary>
    public static string? Refusal(ReadOnlySpan<byte> start, string path)
    {
        // Python's own format of weights executes what it holds when it is read.
        if (start is [0x80, >= 2 and <= 5, ..] or [(byte)'P', (byte)'K', 3, 4, ..]) return PickleRefusal(path);
        return start.StartsWith("version "u8)
            ? $"{path} is a Git LFS pointer, not the file itself: fetch the file (git lfs pull), or download it from the model's page."
            : null;
    }

    /// <summary>Returns why a pickle is not read, and the line that converts it.</summary>
    public static string PickleRefusal(string path)
    {
        string target = Path.ChangeExtension(path, ".safetensors");
        return $"{path} is a pickle, which can execute anything when it is read, and is not read here. Convert it once in Python: "
            + "python -c \"import torch, safetensors.torch as s; s.save_file({k: v.contiguous() for k, v in "
            + $"torch.load('{path}', map_location='cpu', weights_only=True).items()}}, '{target}')\"";
    }
}
