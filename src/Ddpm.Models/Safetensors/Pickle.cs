namespace Ddpm.Models;

/// <summary>Python's own format of weights, which executes what it holds when it is read: refused, with the way out.</summary>
internal static class Pickle
{
    /// <summary>Whether a file begins like a pickle, or like the archive that PyTorch puts pickles in.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start) => start is [0x80, >= 2 and <= 5, ..] or [(byte)'P', (byte)'K', 3, 4, ..];

    /// <summary>Why the file is not read, and the line that converts it.</summary>
    public static string Refusal(string path)
    {
        string target = Path.ChangeExtension(path, ".safetensors");
        return $"{path} is a pickle, which can execute anything when it is read, and is not read here. Convert it once in Python: python -c \"import torch, safetensors.torch as s; s.save_file({{k: v.contiguous() for k, v in torch.load('{path}', map_location='cpu', weights_only=True).items()}}, '{target}')\"";
    }
}
