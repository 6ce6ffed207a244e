using System.Buffers.Binary;
using System.Reflection;
using Ddpm.Samples;

namespace Ddpm.Inference.Tests;

/// <summary>samples/Anywhere as it is compiled here; .ci/run publishes it ahead of time.</summary>
public sealed class AnywhereTests
{
    private const string Older = "processor : 0\nflags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2 avx\nbugs : none\n";
    private const string Haswell = "flags : sse4_2 avx avx2 bmi1 bmi2 f16c fma abm movbe\nflags : avx512f";
    private const string Skylake = "flags : avx2 bmi1 bmi2 f16c fma abm movbe avx512f avx512bw avx512cd avx512dq avx512vl";

    [Theory]
    [InlineData("", new string[0])]
    [InlineData(Older, new string[0])]
    [InlineData(Haswell, new[] { "x86-64-v3" })]
    [InlineData(Skylake, new[] { "x86-64-v4", "x86-64-v3" })]
    public void Levels_OfAProcessor_AreThoseOfItsFlags(string description, string[] expected) =>
        ProcessorImages.Levels(description).Should().Equal(expected);

    [Fact]
    public void Program_IncludedModel_DrawsAPicture()
    {
        string picture = Path.Combine(Directory.CreateTempSubdirectory("ddpm-anywhere-").FullName, "picture.png");
        string model = Path.Combine(Root(), "samples", "models", "fashion-mnist");
        Run(model, picture, "2", "3").Should().Be(0);
        byte[] file = File.ReadAllBytes(picture);
        BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)).Should().Be(3 * 28);
        BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)).Should().Be(28);
        Run(model, picture, "two").Should().Be(1);
        Run(Path.Combine(model, "none"), picture).Should().Be(1);
        Directory.Delete(Path.GetDirectoryName(picture)!, recursive: true);
    }

    private static int Run(params string[] arguments)
    {
        TextWriter output = Console.Out, error = Console.Error;
        try
        {
            Console.SetOut(TextWriter.Null);
            Console.SetError(TextWriter.Null);
            MethodInfo main = typeof(ProcessorImages).Assembly.EntryPoint!;
            return (int)main.Invoke(null, [arguments])!;
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ddpm.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
