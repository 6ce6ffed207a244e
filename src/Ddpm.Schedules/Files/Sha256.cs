using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ddpm.Core;

/// <summary>
/// SHA-256 (FIPS 180-4) of bytes that come in parts. .NET takes it from the system, and ends the process on a Linux without OpenSSL,
/// such as an image of one program; there this class computes it, at a few hundred MB/s.
/// </summary>
internal sealed class Sha256 : IDisposable
{
    private const int BlockLength = 64;

    // Those that .NET itself looks for, newest first.
    private static readonly string[] OpenSsl = ["libssl.so.3", "libssl.so.1.1", "libssl.so.1.0.2", "libssl.so.1.0.0", "libssl.so.10"];

    private static readonly Lazy<bool> SystemHasIt = new(() => !OperatingSystem.IsLinux()
        || Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE") is not null
        || Array.Exists(OpenSsl, name => NativeLibrary.TryLoad(name, out _)));

    private static readonly uint[] RoundConstants =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly IncrementalHash? system;
    private readonly uint[] state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
    private readonly byte[] block = new byte[BlockLength];
    private ulong length;

    public Sha256()
        : this(SystemHasIt.Value)
    {
    }

    internal Sha256(bool fromSystem) => system = fromSystem ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

    /// <summary>Returns the hash of some bytes.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bytes)
    {
        using var hash = new Sha256();
        hash.Append(bytes);
        return hash.Finish();
    }

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (system is not null)
        {
            system.AppendData(bytes);
            return;
        }

        int filled = (int)(length % BlockLength);
        length += (ulong)bytes.Length;
        if (filled > 0)
        {
            int taken = Math.Min(BlockLength - filled, bytes.Length);
            bytes[..taken].CopyTo(block.AsSpan(filled));
            bytes = bytes[taken..];
            if (filled + taken < BlockLength) return;
            Compress(block);
        }

        for (; bytes.Length >= BlockLength; bytes = bytes[BlockLength..]) Compress(bytes);
        bytes.CopyTo(block);
    }

    /// <summary>Returns the hash, 32 bytes. Nothing may be added after it.</summary>
    public byte[] Finish()
    {
        if (system is not null) return system.GetHashAndReset();
        ulong bits = length * 8;
        int filled = (int)(length % BlockLength);
        Span<byte> padding = stackalloc byte[BlockLength + sizeof(ulong)];
        padding.Clear();
        padding[0] = 0x80;
        int zeros = (BlockLength + BlockLength - sizeof(ulong) - 1 - filled) % BlockLength;
        BinaryPrimitives.WriteUInt64BigEndian(padding[(1 + zeros)..], bits);
        Append(padding[..(1 + zeros + sizeof(ulong))]);
        var hash = new byte[state.Length * sizeof(uint)];
        for (int i = 0; i < state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(i * sizeof(uint)), state[i]);
        return hash;
    }

    /// <inheritdoc/>
    public void Dispose() => system?.Dispose();

    private void Compress(ReadOnlySpan<byte> bytes)
    {
        Span<uint> w = stackalloc uint[BlockLength];
        for (int i = 0; i < 16; i++) w[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(i * sizeof(uint))..]);
        for (int i = 16; i < w.Length; i++)
        {
            uint early = w[i - 15], late = w[i - 2];
            w[i] = w[i - 16] + w[i - 7]
                + (BitOperations.RotateRight(early, 7) ^ BitOperations.RotateRight(early, 18) ^ early >> 3)
                + (BitOperations.RotateRight(late, 17) ^ BitOperations.RotateRight(late, 19) ^ late >> 10);
        }

        (uint a, uint b, uint c, uint d) = (state[0], state[1], state[2], state[3]);
        (uint e, uint f, uint g, uint h) = (state[4], state[5], state[6], state[7]);
        for (int i = 0; i < w.Length; i++)
        {
            uint first = h + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25))
                + (e & f ^ ~e & g) + RoundConstants[i] + w[i];
            uint second = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22))
                + (a & b ^ a & c ^ b & c);
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}
