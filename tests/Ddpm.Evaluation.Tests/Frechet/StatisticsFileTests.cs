using System.IO.Compression;
using System.Text;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Frechet;

public sealed class StatisticsFileTests : IDisposable
{
    private static readonly double[] Mean = [1.5, -2, 0.25];
    private static readonly double[] Covariance = [2, 0.5, 0.1, 0.5, 1, -0.3, 0.1, -0.3, 3];

    // What maxFeatures allows a covariance to take while it is read.
    private const long Limit = 3L * 8 * StatisticsFile.DefaultMaxFeatures * StatisticsFile.DefaultMaxFeatures;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-npz-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("statistics.npz", 0)] // NumPy's savez
    [InlineData("statistics_compressed.npz", 1e-7)] // savez_compressed, float32, sigma in Fortran's order, an array more
    public void Load_FilesOfNumPy_GivesTheirNumbers(string name, double tolerance)
    {
        using FeatureStatistics statistics = StatisticsFile.Load(Golden(name));
        statistics.Mean.data<double>().ToArray().Should().Equal(Mean, (a, b) => Math.Abs(a - b) <= tolerance);
        statistics.Covariance.flatten().data<double>().ToArray().Should().Equal(Covariance, (a, b) => Math.Abs(a - b) <= tolerance);
        statistics.Count.Should().BeNull();
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSameBitsAndTheSameFile()
    {
        using FeatureStatistics statistics = FeatureStatistics.Of(randn([50, 7], float64, generator: new Generator(1)));
        StatisticsFile.Save(At("a.npz"), statistics);
        using FeatureStatistics back = StatisticsFile.Load(At("a.npz"));
        back.Mean.Equals(statistics.Mean).Should().BeTrue();
        back.Covariance.Equals(statistics.Covariance).Should().BeTrue();
        StatisticsFile.Save(At("b.npz"), back);
        File.ReadAllBytes(At("b.npz")).Should().Equal(File.ReadAllBytes(At("a.npz")));
    }

    [Fact]
    public void Load_FileThatIsNoStatistics_SaysWhy()
    {
        void Refused(string path, string message) => FluentActions.Invoking(() => StatisticsFile.Load(path))
            .Should().Throw<InvalidDataException>().WithMessage(message).WithMessage($"{path}*");

        Refused(Golden("statistics_objects.npz"), "*mu holds pickled Python objects*not read*");
        Refused(Golden("statistics_no_sigma.npz"), "*must have the arrays mu and sigma, but has mu*");
        File.WriteAllText(At("text"), "no archive");
        Refused(At("text"), "*is no .npz file*");
        byte[] whole = File.ReadAllBytes(Golden("statistics.npz"));
        File.WriteAllBytes(At("half"), whole[..(whole.Length / 2)]);
        Refused(At("half"), "*is no .npz file*");
        Refused(Archive("not.npz", "not NumPy"u8.ToArray()), "*mu is not a NumPy array*");
        Refused(Archive("short.npz", Npy("'<f8'", "(3,)", new byte[20])), "*mu is truncated*");
        Refused(Archive("long.npz", Npy("'<f8'", "(3,)", new byte[30])), "*mu is longer than its shape (3,) says*");
        Refused(Archive("whole.npz", Npy("'<i8'", "(3,)", new byte[24])), "*must hold numbers of type <f8 or <f4, but holds <i8*");
        Refused(Archive("huge.npz", Npy("'<f8'", "(1000000, 1000000, 1000000, 1000000)", new byte[24])), "*which is too large*");
        Refused(Archive("code.npz", Npy("__import__('os')", "(3,)", new byte[24])), "*has a header that cannot be read*");
        Refused(Archive("lines.npz", Npy("'<f8'", "(3\n,)", new byte[24])), "*has a header that cannot be read*");
        Refused(Archive("type.npz", Npy("'<f\n8'", "(3,)", new byte[24])), "*has a header that cannot be read*");
        Refused(Archive("long-type.npz", Npy($"'{new string('f', 1000)}'", "(3,)", new byte[24])), "*has a header that cannot be read*");
        Refused(Archive("overflow.npz", Npy("'<f8'", "(99999999999999999999999, 2)", new byte[24])), "*which is too large*");
        Refused(Archive("zero.npz", Npy("'<f8'", "(0,)", [])), "*mean must have the shape [D]*");
        Refused(Archive("twice.npz", Npy("'<f8'", "(3,)", new byte[24]), "mu", "mu", "sigma"), "*but has mu, mu, sigma*");
        string[] many = [.. Enumerable.Range(0, 100).Select(i => $"a{i}")];
        Refused(Archive("many.npz", [], many), "*but has a0, a1, a2, a3, a4, a5, a6, a7, …*");
        FluentActions.Invoking(() => StatisticsFile.Load(At("none"))).Should().Throw<FileNotFoundException>();
        if (OperatingSystem.IsWindows()) return;
        FluentActions.Invoking(() => StatisticsFile.Load("/dev/zero")).Should().Throw<InvalidDataException>()
            .WithMessage("/dev/zero must be a regular file*");
    }

    [Fact]
    public void Load_MoreFeaturesThanAllowed_IsRefusedWithShapeLimitAndSetting()
    {
        using FeatureStatistics statistics = FeatureStatistics.Of(randn([50, 7], float64, generator: new Generator(1)));
        StatisticsFile.Save(At("seven.npz"), statistics);
        FluentActions.Invoking(() => StatisticsFile.Load(At("seven.npz"), maxFeatures: 6)).Should().Throw<InvalidDataException>()
            .WithMessage("*: mu has the shape (7,), which is too large: it may have two axes of at most 6 features (maxFeatures).");
        using FeatureStatistics back = StatisticsFile.Load(At("seven.npz"), maxFeatures: 7);
        back.Dimensions.Should().Be(7);
        FluentActions.Invoking(() => StatisticsFile.Load(At("seven.npz"), maxFeatures: 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Load_EntryThatStatesWhatItDoesNotHold_IsRefusedBeforeItIsAllocated()
    {
        // Zeros: 4,096² numbers are 130 KB.
        string bomb = Archive("bomb.npz", Npy("'<f8'", "(5000, 5000)", new byte[5000 * 5000 * 8]));
        new FileInfo(bomb).Length.Should().BeLessThan(500_000);
        FluentActions.Invoking(() => StatisticsFile.Load(bomb)).Should().Throw<InvalidDataException>().WithMessage("*which is too large*");
        string small = Archive("small.npz", Npy("'<f8'", "(1024, 1024)", new byte[24]));
        FluentActions.Invoking(() => StatisticsFile.Load(small)).Should().Throw<InvalidDataException>().WithMessage("*mu is truncated*");

        // The directory at the end states the size; the last entry's may say anything.
        byte[] bytes = File.ReadAllBytes(Archive("lying.npz", Npy("'<f8'", "(1024, 1024)", new byte[24])));
        int entry = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(entry + 24), 80 + 1024 * 1024 * 8);
        File.WriteAllBytes(At("lying.npz"), bytes);
        FluentActions.Invoking(() => StatisticsFile.Load(At("lying.npz"))).Should().Throw<InvalidDataException>()
            .WithMessage("*mu is damaged: it states 8388688 bytes, which * cannot hold*");
    }

    [Theory]
    [InlineData("statistics.npz", "mu")]
    [InlineData("statistics.npz", "sigma")]
    public void Load_ANumberChanged_IsRefusedWithTheArrayNamed(string file, string array)
    {
        byte[] bytes = File.ReadAllBytes(Golden(file));
        // The entry's last number ends where the next entry, or the directory, begins.
        int entry = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(array + ".npy"));
        bytes[entry + bytes.AsSpan(entry).IndexOf("PK"u8) - 3] ^= 1;
        File.WriteAllBytes(At("changed.npz"), bytes);
        FluentActions.Invoking(() => StatisticsFile.Load(At("changed.npz"))).Should().Throw<InvalidDataException>()
            .WithMessage($"{At("changed.npz")}: {array} is damaged: its check sum must be *, but is *");
    }

    [Theory]
    [InlineData("statistics.npz")]
    [InlineData("statistics_compressed.npz")]
    public void Load_ChangedBytes_GivesStatisticsOrSaysWhatIsWrong(string name)
    {
        byte[] whole = File.ReadAllBytes(Golden(name));
        string path = At("changed.npz");
        int count = Mutations.Count(1000);
        var run = new FuzzRun(name, path);
        var random = new Random(7);
        for (int turn = 0; turn < count; turn++)
        {
            byte[] changed = [.. whole[..random.Next(whole.Length / 2, whole.Length + 1)]];
            for (int k = random.Next(4); k >= 0; k--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, changed);
            run.Try(changed, () => FuzzRun.Refusal(() => StatisticsFile.Load(path).Dispose()));
        }

        run.Require(leastRefused: 0.5, Limit);
    }

    [Theory]
    [InlineData("'<f8'", "(3, 2)", 48)]
    [InlineData("'<f4'", "(7,)", 28)]
    public void Npy_ChangedAtRandom_IsReadOrRefusedByName(string type, string shape, int bytes)
    {
        byte[] good = Npy(type, shape, [.. Enumerable.Range(0, bytes).Select(i => (byte)i)]);
        int count = Mutations.Count(2000);
        var run = new FuzzRun($"npy {type}", "array.npy");
        foreach (byte[] changed in Mutations.Of(good, count, seed: 8))
        {
            run.Try(changed, () => FuzzRun.Refusal(() =>
            {
                using var stream = new MemoryStream(changed);
                NpyArray.Read(stream, "array.npy", changed.Length, StatisticsFile.DefaultMaxFeatures).Dispose();
            }));
        }

        run.Require(leastRefused: 0.5, Limit);
    }

    [Fact]
    public void Archive_WithAnArrayChangedAtRandom_IsReadOrRefusedByName()
    {
        byte[] one = [0, 0, 0, 0, 0, 0, 0xF0, 0x3F], mean = Npy("'<f8'", "(1,)", one), covariance = Npy("'<f8'", "(1, 1)", one);
        int count = Mutations.Count(1000), turn = 0;
        var run = new FuzzRun("npz of a changed npy", At("made.npz"));
        foreach (byte[] changed in Mutations.Of(mean, count / 2, seed: 9).Concat(Mutations.Of(covariance, count / 2, seed: 10)))
        {
            File.Delete(At("made.npz"));
            string path = turn++ < count / 2 ? Archive("made.npz", changed, covariance) : Archive("made.npz", mean, changed);
            run.Try(changed, () => FuzzRun.Refusal(() => StatisticsFile.Load(path).Dispose()));
        }

        run.Require(leastRefused: 0.5, Limit);
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Goldens", name);

    private static byte[] Npy(string type, string shape, byte[] data)
    {
        byte[] header = Encoding.Latin1.GetBytes($"{{'descr': {type}, 'fortran_order': False, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. data];
    }

    private string Archive(string name, byte[] array, params string[] arrays) =>
        Archive(name, [.. (arrays.Length == 0 ? ["mu", "sigma"] : arrays).Select(entry => (entry, array))]);

    private string Archive(string name, byte[] mean, byte[] covariance) => Archive(name, ("mu", mean), ("sigma", covariance));

    private string Archive(string name, params (string Name, byte[] Bytes)[] arrays)
    {
        using ZipArchive archive = ZipFile.Open(At(name), ZipArchiveMode.Create);
        foreach ((string array, byte[] bytes) in arrays)
        {
            using Stream stream = archive.CreateEntry(array + ".npy").Open();
            stream.Write(bytes);
        }

        return At(name);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
