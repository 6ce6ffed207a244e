namespace Ddpm.Evaluation.Tests.RealData;

/// <summary>
/// Needs Fashion-MNIST: Debian's package dataset-fashion-mnist, or a folder named by DDPM_FASHION_MNIST. Skipped without it; where CI is
/// true it must be there.
/// </summary>
internal sealed class FashionMnistFactAttribute : FactAttribute
{
    public FashionMnistFactAttribute()
    {
        if (!File.Exists(FilePath("train-images-idx3-ubyte.gz")) && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = $"Fashion-MNIST is not in {Folder}: install Debian's dataset-fashion-mnist, or set DDPM_FASHION_MNIST.";
        }
    }

    private static string Folder => Environment.GetEnvironmentVariable("DDPM_FASHION_MNIST") ?? "/usr/share/datasets/fashion-mnist";

    public static string FilePath(string name) => Path.Combine(Folder, name);
}
