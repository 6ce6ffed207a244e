using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference;

public sealed class BatchPartsTests
{
    [Theory]
    [InlineData(64, 1e8, 2, 2)]
    [InlineData(16, 1e8, 2, 2)]
    [InlineData(64, 1e8, 4, 4)]
    [InlineData(64, 1e8, 6, 4)] // equal parts
    [InlineData(64, 1e8, 16, 8)] // of 8 images at least
    [InlineData(17, 1e8, 2, 1)]
    [InlineData(14, 1e8, 2, 1)]
    [InlineData(64, 1e10, 2, 1)] // large networks fill the threads
    [InlineData(64, 1e8, 1, 1)]
    public void Count_BatchAndThreads_IsOfEqualPartsThatPay(long batch, double work, int threads, int expected) =>
        BatchParts.Count(batch, work, threads).Should().Be(OpenMpThreads.IsAvailable ? expected : 1);

    [OpenMpFact]
    public void Run_Parts_RunOnThreadsOfOneThreadEach()
    {
        int before = OpenMpThreads.Current;
        using var parts = new BatchParts(3);
        int[] threads = new int[3], ids = new int[3], runs = new int[3];
        for (int repeat = 0; repeat < 20; repeat++)
        {
            parts.Run(part =>
            {
                threads[part] = OpenMpThreads.Current;
                ids[part] = Environment.CurrentManagedThreadId;
                runs[part]++;
            });
        }

        threads.Should().Equal(1, 1, 1);
        runs.Should().Equal(20, 20, 20);
        ids.Should().OnlyHaveUniqueItems().And.StartWith(Environment.CurrentManagedThreadId);
        OpenMpThreads.Current.Should().Be(before, "the caller's setting is put back");
    }

    [OpenMpTheory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_PartThatFails_ThrowsWhenAllHaveEndedAndGoesOn(int failing)
    {
        using var parts = new BatchParts(2);
        int ended = 0;
        void One(int part)
        {
            // The other one ends later.
            if (part == failing) throw new InvalidOperationException($"part {part}");
            Thread.Sleep(50);
            Interlocked.Increment(ref ended);
        }

        FluentActions.Invoking(() => parts.Run(One)).Should().Throw<InvalidOperationException>().WithMessage($"part {failing}");
        ended.Should().Be(1);
        var ran = new bool[2];
        parts.Run(part => ran[part] = true);
        ran.Should().Equal(true, true);
    }

    [OpenMpFact]
    public void Rest_BetweenOperations_ChangesNeitherResultsNorTheSetting()
    {
        using var scope = NewDisposeScope();
        // Large enough for several threads.
        Tensor x = randn(1_000_000, float32, generator: new Generator(1)), expected = x + 1;
        int before = OpenMpThreads.Current;
        for (int repeat = 0; repeat < 10; repeat++)
        {
            OpenMpThreads.Rest();
            OpenMpThreads.Rest();
            (x + 1).Equals(expected).Should().BeTrue();
        }

        OpenMpThreads.Current.Should().Be(before);
    }

    [Theory]
    [InlineData(16, false)]
    [InlineData(32, true)]
    public void Predict_InParts_IsTheNetworksAnswerAndLeavesNothing(int batch, bool classes)
    {
        using UNet network = LoudNetworks.Create(LoudNetworks.Small with { ClassCount = classes ? 3 : null });
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(1);
        Tensor x = randn([batch, network.Options.InChannels, network.Options.Height, network.Options.Width], generator: generator), t = full(batch, 10L, int64);
        Tensor? labels = classes ? arange(batch, dtype: int64) % 3 : null;
        Tensor expected = network.Predict(x, t, labels);
        using Core.CompiledModel compiled = network.Compile(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, InferencePaths.Torch);
        var model = (Core.IConditionalEpsilonModel)compiled.Model;
        model.Predict(x, t, labels).Dispose();
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int repeat = 0; repeat < 5; repeat++)
        {
            using var inner = NewDisposeScope();
            Tensor difference = (model.Predict(x, t, labels) - expected).abs().max();
            (difference.item<float>() / expected.abs().max().item<float>()).Should().BeLessThan(1e-5f);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }
}
