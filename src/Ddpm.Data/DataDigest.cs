using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace Ddpm.Data;

/// <summary>Identifies the contents of a data set: the beginning of their SHA-256.</summary>
internal static class DataDigest
{
    /// <summary>
    /// Returns the digest of examples on the CPU, [N, …], and their labels. Example by example, for a span ends at 2 GiB.
    /// </summary>
    public static string Of(Tensor examples, ReadOnlySpan<long> labels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long i = 0; i < examples.size(0); i++)
        {
            using Tensor example = examples.narrow(0, i, 1);
            hash.AppendData(example.bytes);
        }

        hash.AppendData(MemoryMarshal.AsBytes(labels));
        return Text(hash.GetHashAndReset());
    }

    /// <summary>Returns the digest of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Text(SHA256.HashData(bytes));

    private static string Text(byte[] hash) => $"sha256 {Convert.ToHexStringLower(hash)[..16]}";
}
