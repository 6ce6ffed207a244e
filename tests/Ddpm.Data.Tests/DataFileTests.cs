using System.IO.Compression;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Data.Tests;

public sealed class DataFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-data-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Idx_ImagesAndLabels_AreRead(bool compressed)
    {
        string images = Write(
            "images", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, .. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))], compressed);
        string labels = Write("labels", [0, 0, 8, 1, 0, 0, 0, 2, 7, 9], compressed);
        using ImageDataset dataset = IdxFile.Images(images);
        using Tensor pixels = dataset.Images(), classes = IdxFile.Read(labels);

        dataset.Shape.Should().Equal(1, 2, 3);
        pixels.data<byte>().ToArray().Should().Equal(Enumerable.Range(0, 12).Select(i => (byte)(20 * i)));
        classes.data<byte>().ToArray().Should().Equal(7, 9);
        FluentActions.Invoking(() => IdxFile.Images(labels)).Should().Throw<InvalidDataException>()
            .WithMessage("*labels must hold images [N, H, W], but holds [2]*");
    }

    [Fact]
    public void Idx_DamagedFiles_AreNamedWithTheReason()
    {
        (byte[] Bytes, bool Compressed, string Message)[] cases =
        [
            ([], false, "*is empty, a pipe or a device*"),
            ([0, 0, 8], false, "*truncated*"),
            ([1, 2, 3, 4, 5], false, "*must begin as an IDX file*01020304*"),
            ([0, 0, 13, 1, 0, 0, 0, 1, 0], false, "*must begin as an IDX file*00000D01*"),
            ([0, 0, 8, 1, 0, 0, 0, 5, 1, 2], false, "*truncated: it holds 2 of the 5 bytes*"),
            ([0, 0, 8, 1, 0, 0, 0, 1, 1, 2], false, "*longer than it says: it holds 2 bytes, not the 1*"),
            ([0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 9, 0, 0, 0, 9], false,
                "*states [4294967295, 9, 9], which is 347892350895 bytes, but must state 1 … 1073741824 (maxBytes)*"),
            ([0, 0, 8, 4, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], false,
                "*which is 340282366604025813516997721482669850625 bytes*"),
            ([0, 0, 8, 2, 0, 0, 0, 0, 255, 255, 255, 255], false, "*states [0, 4294967295], which is 0 bytes*"),
            ([0, 0, 8, 1, 63, 255, 255, 255, 1, 2], false, "*truncated: it holds 2 of the 1073741823 bytes*"),
            ([0, 0, 8, 1, 63, 255, 255, 255, 1, 2], true, "*truncated: it is too short for the 1073741823 bytes*"),
            ([0, 0, 8, 1, 0, 0, 0, 5, 1, 2], true, "*truncated: it holds 2 of the 5 bytes*"),
            ([0, 0, 8, 1, 0, 0, 0, 1, 1, 2], true, "*longer than it says: it holds more than the 1 bytes*"),
            ([0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], false, "*damaged is not valid gzip*"),
        ];
        foreach ((byte[] bytes, bool compressed, string message) in cases)
        {
            string path = Write("damaged", bytes, compressed);
            FluentActions.Invoking(() => IdxFile.Read(path)).Should().Throw<InvalidDataException>(message).WithMessage(message)
                .WithMessage($"*{path}*");
        }

        string small = Write("small", [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6], false);
        FluentActions.Invoking(() => IdxFile.Read(small, maxBytes: 5)).Should().Throw<InvalidDataException>()
            .WithMessage($"{small} states [2, 3], which is 6 bytes, but must state 1 … 5 (maxBytes).");
        IdxFile.Read(small, maxBytes: 6).Dispose();
        FluentActions.Invoking(() => IdxFile.Read(Path.Combine(folder.FullName, "none"))).Should().Throw<FileNotFoundException>();
        if (OperatingSystem.IsWindows()) return;
        FluentActions.Invoking(() => IdxFile.Read("/dev/zero")).Should().Throw<InvalidDataException>().WithMessage("*pipe or a device*");
    }

    [Fact]
    public void Cifar_TwoFiles_AreJoinedAndChecked()
    {
        byte[] Record(byte[] labels, byte first) => [.. labels, first, .. new byte[3071]];
        string one = Write("one", [.. Record([3], 11), .. Record([9], 12)], false), two = Write("two", Record([0], 13), false);
        (Tensor images, Tensor labels) = CifarFile.ReadCifar10(one, two);
        using (images)
        using (labels)
        {
            images.shape.Should().Equal(3, 3, 32, 32);
            labels.data<long>().ToArray().Should().Equal(3, 9, 0);
            images[.., 0, 0, 0].contiguous().data<byte>().ToArray().Should().Equal(11, 12, 13);
        }

        string hundred = Write("hundred", Record([19, 99], 5), false);
        (Tensor fineImages, Tensor fine) = CifarFile.ReadCifar100(hundred);
        fineImages[0, 0, 0, 0].item<byte>().Should().Be(5);
        fine.data<long>().ToArray().Should().Equal(99);
        fineImages.Dispose();
        fine.Dispose();
        FluentActions.Invoking(() => CifarFile.ReadCifar10(Write("bad", Record([10], 0), false))).Should().Throw<InvalidDataException>()
            .WithMessage("*bad must have classes 0 … 9, but record 0 is of class 10*");
        FluentActions.Invoking(() => CifarFile.ReadCifar10(Write("short", new byte[100], false))).Should().Throw<InvalidDataException>()
            .WithMessage("*short must hold whole records of 3073 bytes, but has 100*");
        FluentActions.Invoking(() => CifarFile.ReadCifar10([one, two], maxBytes: 9218)).Should().Throw<InvalidDataException>()
            .WithMessage("*one … *two must have at most 9218 bytes (maxBytes), but has 9219.");
        if (OperatingSystem.IsWindows()) return;
        FluentActions.Invoking(() => CifarFile.ReadCifar10("/dev/zero")).Should().Throw<InvalidDataException>()
            .WithMessage("*pipe or a device*");
    }

    [Theory]
    [InlineData(-1)] // the number of bytes in the trailer
    [InlineData(-5)] // the check sum
    public void Idx_GzipWhoseTrailerDiffersFromItsContents_IsRefused(int fromEnd)
    {
        string path = Write("lying", [0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3], true);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^-fromEnd] ^= 1;
        File.WriteAllBytes(path, bytes);
        FluentActions.Invoking(() => IdxFile.Read(path)).Should().Throw<InvalidDataException>().WithMessage($"{path} is not valid gzip*");
        File.WriteAllBytes(path, bytes[..^6]);
        FluentActions.Invoking(() => IdxFile.Read(path)).Should().Throw<InvalidDataException>().WithMessage($"*{path}*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Idx_ChangedBytes_GivesNumbersOrSaysWhatIsWrong(bool compressed)
    {
        byte[] whole = File.ReadAllBytes(
            Write("whole", [0, 0, 8, 2, 0, 0, 0, 10, 0, 0, 0, 4, .. Enumerable.Range(0, 40).Select(i => (byte)(i * i))], compressed));
        string path = Path.Combine(folder.FullName, "changed");
        int count = Mutations.Count(1000);
        var run = new FuzzRun(compressed ? "idx, gzip" : "idx", path);
        var random = new Random(3);
        for (int turn = 0; turn < count; turn++)
        {
            byte[] changed = [.. whole[..random.Next(whole.Length / 2, whole.Length + 1)]];
            for (int k = random.Next(4); k > 0; k--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, changed);
            run.Try(changed, () => FuzzRun.Refusal(() =>
            {
                using Tensor numbers = IdxFile.Read(path);
                numbers.numel().Should().BePositive();
            }));
        }

        run.Require(leastRefused: 0.5, IdxFile.DefaultMaxBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cifar_ChangedAtRandom_GivesImagesOrSaysWhatIsWrong(int labelBytes)
    {
        byte[] record = [.. new byte[labelBytes], .. Enumerable.Range(0, 3072).Select(i => (byte)(i * i))];
        string path = Path.Combine(folder.FullName, "changed.bin");
        int count = Mutations.Count(1000);
        var run = new FuzzRun($"cifar, labels of {labelBytes} bytes", path);
        int images = 0;
        var random = new Random(4);
        foreach (byte[] changed in Mutations.Of([.. record, .. record], count, seed: 10))
        {
            // Labels are few among the pixels, and most changes of length are none of whole records.
            if (changed.Length > 0 && random.Next(2) == 0)
            {
                changed[random.Next(2) * record.Length % changed.Length] = (byte)random.Next(256);
            }

            byte[] sized = random.Next(2) == 0 ? changed : [.. changed.Concat(record).Take(record.Length * random.Next(1, 3))];
            File.WriteAllBytes(path, sized);
            run.Try(sized, () => FuzzRun.Refusal(() =>
            {
                (Tensor pixels, Tensor labels) = labelBytes == 1 ? CifarFile.ReadCifar10(path) : CifarFile.ReadCifar100(path);
                using (pixels)
                using (labels)
                {
                    pixels.shape.Should().Equal(sized.Length / record.Length, 3, 32, 32);
                    pixels[0, .., .., ..].contiguous().data<byte>().ToArray().Should().Equal(sized[labelBytes..record.Length]);
                    images++;
                }
            }));
        }

        run.Require(leastRefused: 0.2);
        images.Should().BeGreaterThan(count / 10);
    }

    private string Write(string name, byte[] bytes, bool compressed)
    {
        string path = Path.Combine(folder.FullName, name);
        using FileStream file = File.Create(path);
        if (!compressed)
        {
            file.Write(bytes);
            return path;
        }

        using var gzip = new GZipStream(file, CompressionLevel.Fastest);
        gzip.Write(bytes);
        return path;
    }
}
