using System.Text.Json;
using Ddpm.Tests;

namespace Ddpm.Models.Tests;

public sealed class GoldenRandomTests
{
    [Fact]
    public void Generator_PublishedVectors_Agree()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText("Goldens/00_generator.json"));
        foreach (JsonElement vector in json.RootElement.GetProperty("vectors").EnumerateArray())
        {
            string key = vector.GetProperty("key").GetString()!;
            GoldenRandom.Hash(key).ToString("x16", System.Globalization.CultureInfo.InvariantCulture)
                .Should().Be(vector.GetProperty("fnv1a64_hex").GetString());
            int i = 0;
            foreach (JsonElement u in vector.GetProperty("U").EnumerateArray()) GoldenRandom.Uniform(key, i++).Should().Be(u.GetDouble());
            i = 0;
            foreach (JsonElement n in vector.GetProperty("N").EnumerateArray()) GoldenRandom.Normal(key, i++).Should().Be(n.GetDouble());
            i = 0;
            foreach (JsonElement g in vector.GetProperty("G").EnumerateArray()) GoldenRandom.Pixel(key, i++).Should().Be(g.GetDouble());
        }
    }
}
