namespace Ddpm.Core.Tests.Files;

/// <summary>Files that were changed at random are read, or refused by name; no reader fails in another way.</summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private static readonly int Mutated = Mutations.Count(1500);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-fuzz-");

    private string FilePath => Path.Combine(folder.FullName, "changed.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Calibration_ChangedAtRandom_IsReadOrRefusedByName()
    {
        new NoiseCalibration([0.25, 1, 0, 1.5e-9]).Save(FilePath);
        Fuzz("calibration", path => NoiseCalibration.Load(path), 1);
    }

    [Fact]
    public void Bound_ChangedAtRandom_IsReadOrRefusedByName()
    {
        BoundFile.Save(FilePath, new BoundAccumulator(3, 2), "network one; data two");
        Fuzz("bound", path => BoundFile.Load(path, "network one; data two"), 2);
    }

    private void Fuzz(string format, Action<string> read, int seed)
    {
        byte[] good = File.ReadAllBytes(FilePath);
        read(FilePath);
        var run = new FuzzRun(format, FilePath);
        foreach (byte[] changed in Mutations.Of(good, Mutated, seed))
        {
            File.WriteAllBytes(FilePath, changed);
            run.Try(changed, () => FuzzRun.Refusal(() => read(FilePath)));
        }

        run.Require(leastRefused: 0.5);
    }
}
