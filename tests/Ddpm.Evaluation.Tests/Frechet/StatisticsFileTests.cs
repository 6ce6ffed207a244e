using System.IO.Compression;
using static TorchSharp.torch;

namespace Ddpm.Evaluation.Tests.Frechet;

public sealed class StatisticsFileTests : IDisposable
{
    private static readonly double[] Mean = [1.5, -2, 0.25];
    private static readonly double[] Covariance = [2, 0.5, 0.1, 0.5, 1, -0.3, 0.1, -0.3, 3];
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
        Refused(Archive("not.npz", "not NumPy"u8.ToArray()), "*mu is no NumPy array*");
        Refused(Archive("short.npz", Npy("'<f8'", "(3,)", new byte[20])), "*mu is truncated*");
        Refused(Archive("long.npz", Npy("'<f8'", "(3,)", new byte[30])), "*mu is longer than its shape (3,) says*");
        Refused(Archive("whole.npz", Npy("'<i8'", "(3,)", new byte[24])), "*must hold numbers of type <f8 or <f4, but holds <i8*");
        Refused(Archive("huge.npz", Npy("'<f8'", "(1000000, 1000000, 1000000, 1000000)", new byte[24])), "*which is too large*");
        Refused(Archive("code.npz", Npy("__import__('os')", "(3,)", new byte[24])), "*has a header that cannot be read*");
        FluentActions.Invoking(() => StatisticsFile.Load(At("none"))).Should().Throw<FileNotFoundException>();
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Goldens", name);

    private static byte[] Npy(string type, string shape, byte[] data)
    {
        byte[] header = System.Text.Encoding.Latin1.GetBytes($"{{'descr': {type}, 'fortran_order': False, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. header, .. data];
    }

    private string Archive(string name, byte[] mean)
    {
        using ZipArchive archive = ZipFile.Open(At(name), ZipArchiveMode.Create);
        foreach (string array in new[] { "mu", "sigma" })
        {
            using Stream stream = archive.CreateEntry(array + ".npy").Open();
            stream.Write(mean);
        }

        return At(name);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);
}
