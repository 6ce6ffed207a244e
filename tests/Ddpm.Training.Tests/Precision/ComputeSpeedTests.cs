using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Models;
using Ddpm.Tests;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests.Precision;

public sealed class ComputeSpeedTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(4.9, false)]
    [InlineData(5.1, true)] // by a quarter
    [InlineData(60, true)]
    public void Measured_SlowerBFloat16_IsAWarningAndFasterIsNone(double milliseconds, bool slower)
    {
        ComputeSpeed speed = new(TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(milliseconds));
        speed.IsSlower.Should().Be(slower);
        ListLogger all = new(), warnings = new(LogLevel.Warning);
        all.BFloat16Measured(speed);
        warnings.BFloat16Measured(speed);
        all.Lines.Should().ContainSingle().Which.Should().Contain($"{milliseconds:F2} ms").And.Contain("4.00 ms");
        warnings.Lines.Should().HaveCount(slower ? 1 : 0);
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 1)]
    [InlineData(null, 0)]
    public void Run_BFloat16OnTheCpu_LogsBothTimes(ScalarType? type, int lines)
    {
        using ImageDataset data = new(zeros([2, 1, 8, 8], uint8));
        using UNet network = new(TinyNetwork.Options, 1);
        var log = new TypedLogger();
        using Trainer trainer = Trainer.Create(
            network, new ReverseDiffusion(new LinearSchedule(100)), new TrainingOptions { ComputeType = type }, log);
        trainer.Run(new ShuffledBatches(data, 2, 1), 1);
        log.Lines.Where(line => line.Contains("a convolution, forward and backward")).Should().HaveCount(lines);
    }

    [Fact]
    public void Measure_LeavesNoTensors()
    {
        ComputeSpeed.Measure();
        long live = Tensor.TotalCount;
        ComputeSpeed speed = ComputeSpeed.Measure();
        (speed.Float32 > TimeSpan.Zero, speed.BFloat16 > TimeSpan.Zero).Should().Be((true, true));
        Tensor.TotalCount.Should().BeLessThanOrEqualTo(live);
    }

    private sealed class TypedLogger : ILogger<Trainer>
    {
        private readonly ListLogger inner = new();

        public List<string> Lines => inner.Lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
