using System.Runtime.InteropServices;
using Ddpm.Core;
using Ddpm.Models.Tests.Inference.Plans;
using Ddpm.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

public sealed class CompiledNetworkTests
{
    public static TheoryData<string, int> Cases()
    {
        var cases = new TheoryData<string, int>();
        foreach (string name in new[] { "plain", "channels 20 and 60", "channels 7", "rectangular", "classes", "learned variance",
            "scale and shift", "heads", "padding 1, cosine first, centred", "three levels to one pixel", "signals",
            "signals with classes" })
        {
            foreach (int batch in new[] { 1, 2, 7 }) cases.Add(name, batch);
        }

        cases.Add("plain", 64);
        cases.Add("channels 20 and 60", 64);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Predict_AnyShape_IsTheNetworksAnswer(string name, int batch)
    {
        UNetOptions options = name switch
        {
            "channels 20 and 60" => LoudNetworks.Small with { BaseChannels = 20, ChannelMultipliers = [1, 3], NormGroups = 5 },
            "channels 7" => LoudNetworks.Small with { BaseChannels = 7, NormGroups = 7, InChannels = 3, OutChannels = 3 },
            "rectangular" => LoudNetworks.Small with { Height = 8, Width = 20, AttentionResolutions = [4], BlocksPerLevel = 2 },
            "classes" => LoudNetworks.Small with { ClassCount = 3 },
            "learned variance" => LoudNetworks.Small with { OutChannels = 4 },
            "scale and shift" => LoudNetworks.Small with { TimeScaleShift = true, ClassCount = 3 },
            "heads" => LoudNetworks.Small with { AttentionHeadChannels = 8, MidBlockScale = 1.4 },
            "padding 1, cosine first, centred" =>
                LoudNetworks.Small with
                {
                    DownsamplePadding = 1,
                    CosineFirst = true,
                    FrequencyShift = 0,
                    CenterInput = true,
                    NormEpsilon = 1e-5
                },
            "three levels to one pixel" =>
                LoudNetworks.Small with { Height = 4, Width = 4, ChannelMultipliers = [1, 2, 2], AttentionResolutions = [] },
            "signals" => LoudNetworks.Small with { IsSignal = true },
            "signals with classes" =>
                LoudNetworks.Small with
                {
                    IsSignal = true,
                    Height = 24,
                    AttentionResolutions = [12],
                    ClassCount = 3,
                    TimeScaleShift = true
                },
            _ => LoudNetworks.Small,
        };
        AgreesWithTheNetwork(options, batch, batch == 2 ? OneLayer.Widths : [VectorWidth.Best]);
    }

    [Theory]
    [InlineData("CIFAR-10", 32)]
    [InlineData("MNIST", 28)]
    [InlineData("LSUN", 32)]
    [Trait("Category", "Slow")]
    public void Predict_Preset_IsTheNetworksAnswer(string name, int size)
    {
        UNetOptions options = name switch
        {
            "CIFAR-10" => UNetOptions.Cifar10,
            "MNIST" => UNetOptions.Mnist28,
            // Six levels, whose convolutions do not ask for the image's size; attention stays where it is, 16 pixels of 256.
            _ => UNetOptions.Lsun256,
        };
        AgreesWithTheNetwork(options, 2, [VectorWidth.Best], size);
    }

    [Fact]
    public void Predict_BFloat16_IsNearTheNetwork()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        network.Inference = InferenceOptions.BFloat16;
        using var scope = NewDisposeScope();
        (Tensor x, Tensor t) = Input(network, 3);
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        Tensor expected = Plain(network, x, t), actual = compiled.Model.Predict(x, t);

        actual.dtype.Should().Be(float32);
        double error = (actual - expected).norm().item<float>() / expected.norm().item<float>();
        // bfloat16 has 8 bits: one rounding is up to 0.4 %, some twenty layers add up to a few times that.
        error.Should().BeLessThan(0.03).And.BeGreaterThan(1e-4, "it must compute in 16 bits");
    }

    [BFloat16Fact]
    public void Predict_ComputeTypeBFloat16_IsNearTheNetworkAndSeesNewWeights()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small), other = LoudNetworks.Create(LoudNetworks.Small, 2);
        network.Inference = new InferenceOptions { ComputeType = ScalarType.BFloat16 };
        using var scope = NewDisposeScope();
        (Tensor x, Tensor t) = Input(network, 3);
        using CompiledModel run = network.Compile(NullLogger.Instance);
        double Error()
        {
            Tensor expected = Plain(network, x, t), actual = run.Model.Predict(x, t);
            actual.dtype.Should().Be(float32);
            return (actual - expected).norm().item<float>() / expected.norm().item<float>();
        }

        // Every feature is rounded to 8 bits, not only the weights.
        Error().Should().BeLessThan(0.05).And.BeGreaterThan(1e-4, "it must compute in 16 bits");
        using (no_grad())
        {
            foreach ((Tensor mine, Tensor theirs) in network.parameters().Zip(other.parameters())) mine.copy_(theirs);
        }

        Error().Should().BeLessThan(0.05);
        network.parameters().Should().OnlyContain(weight => weight.dtype == float32);
    }

    [Fact]
    public void Predict_WeightsChange_IsTheNewNetworksAnswer()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small), other = LoudNetworks.Create(LoudNetworks.Small, 2);
        using var scope = NewDisposeScope();
        (Tensor x, Tensor t) = Input(network, 2);
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        Tensor before = compiled.Model.Predict(x, t);
        using (no_grad())
        {
            // As a moving average that is swapped in.
            foreach ((Tensor mine, Tensor theirs) in network.parameters().Zip(other.parameters())) mine.copy_(theirs);
        }

        Tensor copied = compiled.Model.Predict(x, t);
        Near(copied, Plain(other, x, t));
        (copied - before).abs().max().item<float>().Should().BeGreaterThan(0.1f);

        // A step of an optimiser.
        using var optimizer = optim.SGD(network.parameters().ToArray(), 0.01);
        network.Predict(x, t).square().mean().backward();
        optimizer.step();
        Tensor stepped = compiled.Model.Predict(x, t);
        Near(stepped, Plain(network, x, t));
        (stepped - copied).abs().max().item<float>().Should().BeGreaterThan(1e-3f);

        // One weight of one layer.
        using (no_grad()) network.state_dict()["conv_out.bias"].add_(1);
        Near(compiled.Model.Predict(x, t), stepped + 1);
    }

    [Fact]
    public void Predict_SomeWeightsMadeInInferenceMode_SeesTheOthersChange()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        using var scope = NewDisposeScope();
        (Tensor x, Tensor t) = Input(network, 2);
        // libtorch counts no changes of a tensor that was made so.
        using (inference_mode()) network.named_modules().Single(module => module.name == "conv_in").module.to(float64).to(float32);
        using (no_grad())
        {
            FluentActions.Invoking(() => network.state_dict()["conv_in.weight"].add_(1)).Should().Throw<ExternalException>()
                .WithMessage("Inplace update to inference tensor*");
        }

        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        Tensor before = compiled.Model.Predict(x, t);
        Near(before, Plain(network, x, t));
        using (no_grad()) network.state_dict()["conv_out.bias"].add_(1);
        Near(compiled.Model.Predict(x, t), before + 1);
    }

    [Fact]
    public void Predict_ShapesAlternate_IsTheNetworksAnswer()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        foreach ((int batch, int height, int width) in new[] { (2, 16, 16), (3, 16, 16), (2, 8, 24), (2, 16, 16) })
        {
            using var scope = NewDisposeScope();
            Tensor x = randn([batch, 2, height, width], float32, generator: new Generator(3)),
                t = tensor(Enumerable.Range(0, batch).Select(i => 100L * i).ToArray());
            Near(compiled.Model.Predict(x, t), Plain(network, x, t));
        }
    }

    [Fact]
    public void Predict_TwoCompilations_GiveTheSameBits()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        using var scope = NewDisposeScope();
        (Tensor x, Tensor t) = Input(network, 3);
        using CompiledModel first = network.Compile(NullLogger.Instance), second = network.Compile(NullLogger.Instance);
        Tensor expected = first.Model.Predict(x, t);
        second.Model.Predict(x, t).Equals(expected).Should().BeTrue();
        first.Model.Predict(x, t).Equals(expected).Should().BeTrue();
    }

    [Fact]
    public void Predict_SeveralThreads_EachGetsTheSameBits()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        (Tensor x, Tensor t) = Input(network, 4);
        using CompiledModel alone = network.Compile(NullLogger.Instance);
        using Tensor expected = alone.Model.Predict(x, t);
        int equal = 0;
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            using CompiledModel compiled = network.Compile(NullLogger.Instance);
            for (int i = 0; i < 5; i++)
            {
                using Tensor actual = compiled.Model.Predict(x, t);
                if (actual.Equals(expected)) Interlocked.Increment(ref equal);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();

        equal.Should().Be(20);
        x.Dispose();
        t.Dispose();
    }

    [Fact]
    public void Predict_ManyTimes_LeavesNothing() => PredictLeavesNothing(ScalarType.Float32);

    [BFloat16Fact]
    public void Predict_ManyTimesInBFloat16_LeavesNothing() => PredictLeavesNothing(ScalarType.BFloat16);

    private static void PredictLeavesNothing(ScalarType computeType)
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        network.Inference = new InferenceOptions { ComputeType = computeType };
        (Tensor x, Tensor t) = Input(network, 2);
        network.Predict(x, t).Dispose();
        (long Tensors, long Floats) before = Live();
        using (CompiledModel compiled = network.Compile(NullLogger.Instance))
        {
            compiled.Model.Predict(x, t).Dispose();
            (long Tensors, long Floats) running = Live();
            // TorchSharp does not count parameters, in which a run in bfloat16 keeps its weights.
            if (computeType == ScalarType.Float32) running.Should().NotBe(before, "the plan holds packed weights");
            for (int step = 0; step < 30; step++)
            {
                compiled.Model.Predict(x, t).Dispose();
                Live().Should().Be(running, "step {0} must free what it allots", step);
            }
        }

        Live().Should().Be(before);
        x.Dispose();
        t.Dispose();
    }

    [Fact]
    public void Predict_Plan_AllocatesNothingOnTheManagedHeap()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        using var team = new WorkerTeam(1);
        using Plan plan = Compile(network, 2, team);
        float[] x = new float[2 * 2 * 16 * 16], times = [3, 700], target = new float[plan.OutputLength];
        for (int warm = 0; warm < 3; warm++) plan.Predict(x, times, [], target);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 10; step++) plan.Predict(x, times, [], target);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Predict_AnyNumberOfThreads_GivesTheSameBits(int batch)
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with { AttentionHeadChannels = 8, ClassCount = 2 });
        using var scope = NewDisposeScope();
        (Tensor x, Tensor t) = Input(network, batch);
        float[] times = [.. t.data<long>().ToArray().Select(time => (float)time)], from = x.data<float>().ToArray();
        float[]? expected = null;
        foreach (int threads in new[] { 1, 2, 3, 8 })
        {
            using var team = new WorkerTeam(threads);
            using Plan plan = Compile(network, batch, team);
            var actual = new float[plan.OutputLength];
            plan.Predict(from, times, [.. Enumerable.Repeat(1L, batch)], actual);
            (expected ??= actual).Should().Equal(actual, "{0} threads", threads);
        }
    }

    [Fact]
    public void Predict_TimesThatAreEqualAndNot_AreTheNetworksAnswer()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with { ClassCount = 3 });
        using var scope = NewDisposeScope();
        Tensor x = Input(network, 3).X;
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        var model = (IConditionalEpsilonModel)compiled.Model;
        // One row of the time embedding serves all images while both are equal.
        foreach ((long[] times, long[] classes) in new[] {
            (new[] { 5L, 5, 5 }, new[] { 1L, 1, 1 }), ([5, 5, 900], [1, 1, 1]), ([5, 5, 5], [1, -1, 1]), ([5, 5, 5], [1, 1, 1]) })
        {
            Tensor t = tensor(times), labels = tensor(classes);
            Near(model.Predict(x, t, labels), Plain(network, x, t, labels));
        }
    }

    [Fact]
    public void Predict_InputThatIsNotContiguous_IsTheNetworksAnswer()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        using var scope = NewDisposeScope();
        Tensor x = randn([2, 16, 16, 2], float32, generator: new Generator(3)).permute(0, 3, 1, 2), t = tensor(new[] { 3, 700 }, int32);
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        Near(compiled.Model.Predict(x, t), Plain(network, x, t));
    }

    [Fact]
    public void Compile_NothingToGain_IsTheNetworkItself()
    {
        using UNet off = new(LoudNetworks.Small) { Inference = InferenceOptions.Off }, exact = new(LoudNetworks.Small),
            plain = new(LoudNetworks.Small);
        exact.to(float64);
        foreach ((UNet network, string reason) in new[] { (off, "Compile is false"), (exact, "Float64") })
        {
            var logger = new ListLogger();
            using CompiledModel compiled = network.Compile(logger);
            compiled.Model.Should().BeSameAs(network);
            logger.Lines.Should().ContainSingle().Which.Should().Contain(reason);
        }

        using CompiledModel other = plain.Compile(NullLogger.Instance);
        other.Model.Should().NotBeSameAs(plain);
    }

    [Fact]
    public void Predict_InputsOfAnotherType_AreTheNetworksToAnswer()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        using CompiledModel compiled = network.Compile(NullLogger.Instance);
        using Tensor bad = zeros(2, 3, 16, 16), odd = zeros(2, 2, 15, 16), t = zeros(2, int64), long1 = zeros(1, int64);
        FluentActions.Invoking(() => compiled.Model.Predict(bad, t)).Should().Throw<ArgumentException>()
            .WithMessage("x must have the shape [B, 2, H, W], but has [2, 3, 16, 16]*");
        FluentActions.Invoking(() => compiled.Model.Predict(odd, t)).Should().Throw<ArgumentException>()
            .WithMessage("x must have a height and width that are multiples of 2*");
        // Fractional timesteps, as RescaledTimeModel gives them.
        using Tensor x = randn([2, 2, 16, 16], float32, generator: new Generator(5)), fractions = tensor(new[] { 12.5f, 700.25f });
        using Tensor expected = Plain(network, x, fractions), actual = compiled.Model.Predict(x, fractions);
        Near(actual, expected);
    }

    [Fact]
    public void Predict_Compiled_SaysWhichPathsWereTaken()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        (Tensor x, Tensor t) = Input(network, 2);
        var logger = new ListLogger();
        using CompiledModel compiled = network.Compile(logger);
        compiled.Model.Predict(x, t).Dispose();
        compiled.Model.Predict(x, t).Dispose();
        logger.Lines.Should().ContainSingle("a plan is made once for a shape").Which.Should().Match(
            "Compiled the network for 2 × 16 × 16 with Full weights*fused norms*").And.Contain("Winograd");
        x.Dispose();
        t.Dispose();
    }

    [Fact]
    public void Predict_Compiled_SaysOfEachLayerWhichPathItTook()
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small);
        (Tensor x, Tensor t) = Input(network, 2);
        var logger = new ListLogger(LogLevel.Debug);
        using CompiledModel compiled = network.Compile(logger);
        compiled.Model.Predict(x, t).Dispose();
        string[] layers = [.. logger.Lines.Where(line => line.StartsWith("Layer ", StringComparison.Ordinal))];
        layers.Should().Contain(["Layer up_blocks.0.resnets.1.norm2 32 → 32 at 8 × 8: one of the fused norms",
            "Layer up_blocks.0.upsamplers.0.conv 32 → 32 at 8 × 8: one of the Winograd up-samplings"]);
        // Every layer with a weight, but for the time's, which have one path, and projections of attention that are joined with others.
        string[] named = [.. layers.Select(line => line.Split(' ')[1]).Distinct()];
        named.Should().BeEquivalentTo(network.named_parameters().Select(pair => pair.name).Where(
            name => name.EndsWith(".weight", StringComparison.Ordinal) && !name.Contains("time_emb", StringComparison.Ordinal))
            .Select(name => name[..^".weight".Length])
            .Where(name => !name.EndsWith("to_k", StringComparison.Ordinal) && !name.EndsWith("to_v", StringComparison.Ordinal)));
        x.Dispose();
        t.Dispose();
    }

    [Fact]
    public void Inference_UnknownType_IsRefused()
    {
        using UNet network = new(LoudNetworks.Small);
        FluentActions.Invoking(() => network.Inference = new InferenceOptions { Weights = (WeightPrecision)7 })
            .Should().Throw<ArgumentException>().WithMessage("InferenceOptions.Weights must be Full or BFloat16, but is 7*");
        FluentActions.Invoking(() => network.Inference = new InferenceOptions { ComputeType = ScalarType.Float16 })
            .Should().Throw<ArgumentException>().WithMessage("InferenceOptions.ComputeType must be null, Float32 or BFloat16*Float16*");
        network.Inference.Should().Be(InferenceOptions.Default);
    }

    private static void AgreesWithTheNetwork(UNetOptions options, int batch, IReadOnlyList<int> widths, int? size = null)
    {
        using UNet network = LoudNetworks.Create(options);
        using var scope = NewDisposeScope();
        (Tensor x, Tensor t) = Input(network, batch, size);
        Tensor? labels = options.ClassCount is { } count
            ? tensor(Enumerable.Range(0, batch).Select(i => (long)(i % (count + 1)) - 1).ToArray())
            : null;
        Tensor expected = Plain(network, x, t, labels);
        expected.std().item<float>().Should().BeGreaterThan(0.2f, "the answer must not be near 0, where everything is equal");
        foreach (int lanes in widths)
        {
            using CompiledModel compiled = network.Compile(NullLogger.Instance, lanes);
            Tensor actual = ((IConditionalEpsilonModel)compiled.Model).Predict(x, t, labels);
            actual.is_contiguous().Should().BeTrue();
            Near(actual, expected);
        }
    }

    private static Plan Compile(UNet network, int batch, WorkerTeam team) =>
        PlanCompiler.Compile(network.Graph, new ModuleWeights(network), new PlanOptions(VectorWidth.Best), batch, new PlaneSize(16, 16),
            team);

    private static (long Tensors, long Floats) Live() => (DisposeScopeManager.Statistics.ThreadTotalLiveCount, AlignedMemory.LiveFloats);

    private static (Tensor X, Tensor T) Input(UNet network, int batch, int? size = null)
    {
        UNetOptions options = network.Options;
        long[] sizes = options.IsSignal ? [size ?? options.Height] : [size ?? options.Height, size ?? options.Width];
        Tensor x = randn([batch, options.InChannels, .. sizes], float32, generator: new Generator(11));
        return (x, tensor(Enumerable.Range(0, batch).Select(i => 37L * i * i % 1000).ToArray()));
    }

    private static Tensor Plain(UNet network, Tensor x, Tensor t, Tensor? labels = null)
    {
        using var noGradient = no_grad();
        return network.Predict(x, t, labels);
    }

    private static void Near(Tensor actual, Tensor expected) =>
        (actual - expected).abs().max().item<float>().Should().BeLessThan(1e-5f * Math.Max(1, expected.abs().max().item<float>()));
}
