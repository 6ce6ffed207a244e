using System.Security.Cryptography;

namespace Ddpm.Schedules.Tests.Files;

public sealed class Sha256Tests
{
    [Fact]
    public void Finish_WithoutTheSystem_IsTheSystems()
    {
        var random = new Random(1);
        var bytes = new byte[100_000];
        random.NextBytes(bytes);
        foreach (int length in Enumerable.Range(0, 260).Append(4_095).Append(bytes.Length))
        {
            using var hash = new Sha256(fromSystem: false);
            for (int done = 0, part; done < length; done += part)
            {
                part = Math.Min(random.Next(0, 150), length - done);
                hash.Append(bytes.AsSpan(done, part));
            }

            hash.Finish().Should().Equal(SHA256.HashData(bytes.AsSpan(0, length)), "{0} bytes", length);
        }
    }

    [Fact]
    public void Of_WithTheSystem_IsTheSystems() => Sha256.Of([1, 2, 3]).Should().Equal(SHA256.HashData([1, 2, 3]));
}
