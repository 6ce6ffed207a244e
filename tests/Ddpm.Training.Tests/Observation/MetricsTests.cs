using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Observation;

public sealed class MetricsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ddpm-metrics-");
    private readonly InMemoryDataset data = new(randn(16, 2, generator: new Generator(1)));

    public void Dispose()
    {
        data.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Run_WithAllWriters_WritesTheMeansSinceTheRowBefore()
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1 }, 1);
        using Trainer trainer = Make(network);
        var steps = new List<TrainingProgress>();
        IMetricWriter[] writers =
            [new CsvMetrics(At("m.csv")), new JsonLinesMetrics(At("deep/m.jsonl")), new TensorBoardMetrics(At("board"))];
        using (var log = new MetricsLog(4, timestepBuckets: 5, writers))
        {
            trainer.Run(new ShuffledBatches(data, 8, 1), 10, new Relay<TrainingProgress>(steps.Add), [log]);
        }

        string[][] rows = [.. File.ReadAllLines(At("m.csv")).Select(line => line.Split(','))];
        rows.Should().HaveCount(3);
        rows[0].Should().Equal(
            "step", "loss", "gradient_norm", "gradient_norm_max", "learning_rate", "loss_t0_9", "loss_t10_19", "loss_t20_29", "loss_t30_39",
            "loss_t40_49");
        Number(rows[1][0]).Should().Be(4);
        Number(rows[2][1]).Should().Be(steps.Skip(4).Take(4).Sum(at => at.Loss) / 4);
        Number(rows[2][3]).Should().Be(steps.Skip(4).Take(4).Max(at => at.GradientNorm));
        double[] late =
        [
            .. steps.Skip(4).Take(4).SelectMany(at => at.Last.Timesteps.Zip(at.Last.Losses)).Where(pair => pair.First is >= 20 and < 30)
                .Select(pair => pair.Second),
        ];
        Number(rows[2][7]).Should().BeApproximately(late.Average(), 1e-12);

        JsonNode[] lines = [.. File.ReadAllLines(At("deep/m.jsonl")).Select(line => JsonNode.Parse(line)!)];
        lines.Select(line => (long)line["step"]!).Should().Equal(4, 8);
        ((double)lines[1]["loss"]!).Should().Be(Number(rows[2][1]));

        List<string> events = Events(Directory.GetFiles(At("board")).Single());
        events.Should().HaveCount(1 + 2 * 9, "the version, then each metric twice");
        events.Count(entry => entry.Contains("loss_t0_9", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact]
    public void Run_GoneOnWithFromAnEarlierStep_ForgetsTheLaterRowsAndTornLines()
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1 }, 1);
        using Trainer trainer = Make(network);
        Run(2);
        trainer.SaveCheckpoint(At("checkpoint"));
        Run(6);
        byte[] straight = File.ReadAllBytes(At("m.csv"));
        File.AppendAllText(At("m.csv"), "7,0.12");
        File.AppendAllText(At("m.jsonl"), "{\"step\":7,\"lo");

        trainer.RestoreCheckpoint(At("checkpoint"));
        Run(6);

        File.ReadAllBytes(At("m.csv")).Should().Equal(straight, "a resumed run writes the bytes of a straight one");
        File.ReadAllLines(At("m.jsonl")).Select(line => (long)JsonNode.Parse(line)!["step"]!).Should().Equal(1, 2, 3, 4, 5, 6);

        void Run(long steps)
        {
            using var log = new MetricsLog(1, new CsvMetrics(At("m.csv")), new JsonLinesMetrics(At("m.jsonl")));
            trainer.Run(new ShuffledBatches(data, 8, 1), steps, null, [log]);
        }
    }

    [Fact]
    public void Pace_EveryFewSteps_HasWhatDependsOnTheClock()
    {
        using var network = new Mlp(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1 }, 1);
        using Trainer trainer = Make(network);
        using (var pace = new PaceLog(2, new CsvMetrics(At("pace.csv")))) trainer.Run(new ShuffledBatches(data, 8, 1), 5, null, [pace]);
        string[][] rows = [.. File.ReadAllLines(At("pace.csv")).Select(line => line.Split(','))];
        rows[0].Should().Equal("step", "examples_per_second", "elapsed_seconds", "memory_megabytes");
        rows.Skip(1).Select(row => row[0]).Should().Equal("2", "4");
        rows.Skip(1).SelectMany(row => row).Should().AllSatisfy(number => Number(number).Should().BePositive());
    }

    [Fact]
    public void Csv_NotMetricsOrOtherOnes_IsRefusedAndLeftAlone()
    {
        File.WriteAllText(At("m.csv"), "dear diary\n");
        using var csv = new CsvMetrics(At("m.csv"));
        FluentActions.Invoking(() => csv.Begin(0))
            .Should().Throw<InvalidDataException>().WithMessage("*m.csv must begin with the names of metrics*dear diary*");
        File.ReadAllText(At("m.csv")).Should().Be("dear diary\n");
        using var other = new CsvMetrics(At("n.csv"));
        FluentActions.Invoking(() => other.Write(1, [])).Should().Throw<InvalidOperationException>();
        other.Begin(0);
        other.Write(1, [new("a", 1.5), new("b", double.NaN)]);
        FluentActions.Invoking(() => other.Write(2, [new("a", 1), new("c", 2)]))
            .Should().Throw<InvalidDataException>().WithMessage("*step,a,b, but is given step,a,c*");
        other.Dispose();
        File.ReadAllText(At("n.csv")).Should().Be("step,a,b\n1,1.5,\n");
    }

    [Theory]
    [InlineData("m.csv", "step,a\n1,1\n2,x\n3,3\n", "line 3 must be a row of metrics of a step above 1, but is 2,x")]
    [InlineData("m.csv", "step,a\n1,1\n2\n", "line 3 must be a row of metrics of a step above 1, but is 2")]
    [InlineData("m.csv", "step,a\n2,1\n2,1\n", "line 3 must be a row of metrics of a step above 2, but is 2,1")]
    [InlineData("m.csv", "step,a\n\n", "line 2 must be a row of metrics of a step above -1, but is ")]
    [InlineData("m.jsonl", "{\"step\":1}\n{\"step\":\"2\"}\n", "line 2 must be a row of *, but is {\"step\":\"2\"}")]
    [InlineData("m.jsonl", "{\"step\":1}\n{\"step\":2,\"a\":null}\n", "line 2 must be *")]
    [InlineData("m.jsonl", "{\"step\":1}\nnote\n", "line 2 must be a row of metrics of a step above 1, but is note")]
    public void Begin_DamagedRow_IsRefusedAndTheFileIsLeftAlone(string name, string text, string expected)
    {
        File.WriteAllText(At(name), text);
        using IMetricWriter writer = name == "m.csv" ? new CsvMetrics(At(name)) : new JsonLinesMetrics(At(name));
        FluentActions.Invoking(() => writer.Begin(9)).Should().Throw<InvalidDataException>().WithMessage($"{At(name)}: {expected}");
        File.ReadAllText(At(name)).Should().Be(text);
    }

    [Fact]
    public void TensorBoard_DamagedRecord_IsRefusedAndOneCutShortIsRemoved()
    {
        byte[] Written(Action<byte[]>? damage, int cut = 0)
        {
            string file = Path.Combine(At("events"), "events.out.tfevents.ddpm");
            if (File.Exists(file)) File.Delete(file);
            using (var writer = new TensorBoardMetrics(At("events")))
            {
                writer.Begin(0);
                for (int step = 1; step <= 3; step++) writer.Write(step, [new("a", step)]);
            }

            byte[] bytes = File.ReadAllBytes(file);
            damage?.Invoke(bytes);
            File.WriteAllBytes(file, bytes[..^cut]);
            using var again = new TensorBoardMetrics(At("events"));
            again.Begin(3);
            again.Dispose();
            return File.ReadAllBytes(file);
        }

        byte[] whole = Written(null);
        int record = (whole.Length - 40) / 3;
        Written(null, cut: 5).Should().Equal(whole[..^record], "the last record was torn");
        Written(bytes => bytes.AsSpan(^record..).Clear()).Should().Equal(whole[..^record], "a power failure left zeros");
        FluentActions.Invoking(() => Written(bytes => bytes[^(record + 6)] ^= 1)).Should().Throw<InvalidDataException>()
            .WithMessage($"{At("events")}*is damaged: the record at byte * differs from its check sum.");
    }

    [Fact]
    public void Run_MetricsOfAnotherRun_IsRefusedAndTheFirstIsNotDisturbed()
    {
        using Mlp one = new(new MlpOptions { Dimensions = 2, Width = 8, Blocks = 1 }, 1), two = new(one.Options, 2);
        using Trainer first = Make(one), second = Make(two);
        using var log = new MetricsLog(1, new CsvMetrics(At("m.csv")));
        int refused = 0;
        var during = new Relay<TrainingProgress>(_ =>
        {
            using var other = new MetricsLog(1, new JsonLinesMetrics(At("m.jsonl")), new CsvMetrics(At("m.csv")));
            FluentActions.Invoking(() => second.Run(new ShuffledBatches(data, 8, 1), 1, null, [other]))
                .Should().Throw<IOException>().WithMessage($"{At("m.csv")} is in use by another run: *");
            refused++;
        });
        first.Run(new ShuffledBatches(data, 8, 1), 2, during, [log]);
        refused.Should().Be(2);
        using (var reader = new StreamReader(new FileStream(At("m.csv"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite)))
        {
            reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(3, "the names and a row for each step");
        }

        second.Run(new ShuffledBatches(data, 8, 1), 2, null, [log]);
    }

    [Fact]
    public void TimestepLosses_Buckets_CoverEveryTimestepOnce()
    {
        foreach ((int timesteps, int buckets) in new[] { (1000, 10), (7, 3), (10, 10), (5, 1) })
        {
            var losses = new TimestepLosses(timesteps, buckets);
            int[] all = [.. Enumerable.Range(0, timesteps)];
            losses.Add(new TrainingStep(0, 0, 0, 0, [.. all.Select(t => (long)t)], [.. all.Select(t => (double)t)]));
            int next = 0;
            for (int bucket = 0; bucket < buckets; bucket++)
            {
                (int first, int last) = losses.Range(bucket);
                first.Should().Be(next);
                losses.Count(bucket).Should().Be(last - first + 1);
                losses.Mean(bucket).Should().Be((first + last) / 2.0);
                next = last + 1;
            }

            next.Should().Be(timesteps);
            losses.Clear();
            losses.Mean(0).Should().Be(double.NaN);
        }

        FluentActions.Invoking(() => new TimestepLosses(5, 6))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("buckets must be 1 … 5, but is 6*");
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private static Trainer Make(Mlp network) =>
        Trainer.Create(network, new ReverseDiffusion(new LinearSchedule(50, 1e-3, 0.2)), new TrainingOptions { WarmupSteps = 0 });

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // TFRecords: length, checksum of the length, bytes, checksum of the bytes (masked CRC-32C).
    private static List<string> Events(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        var events = new List<string>();
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)).Should().Be(Masked(file.AsSpan(at, 8)));
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)).Should().Be(Masked(file.AsSpan(at + 12, length)));
            events.Add(Encoding.Latin1.GetString(file, at + 12, length));
            at += 16 + length;
        }

        return events;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8);
    }
}
