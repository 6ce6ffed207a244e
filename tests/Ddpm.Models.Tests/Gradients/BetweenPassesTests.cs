using System.Runtime.InteropServices;
using Ddpm.Models.Tests.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Gradients;

/// <summary>What callers may do between a prediction of a network in training and its backward pass, and meanwhile.</summary>
public sealed class BetweenPassesTests
{
    private const int Batch = 3;

    private static readonly UNetOptions Options = LoudNetworks.Small with { Height = 8, AttentionResolutions = [4] };

    [Theory]
    [InlineData("conv_in.weight")]
    [InlineData("down_blocks.0.resnets.0.conv1.weight")]
    [InlineData("down_blocks.0.resnets.0.norm1.weight")]
    [InlineData("down_blocks.0.resnets.0.time_emb_proj.weight")]
    [InlineData("mid_block.attentions.0.to_q.weight")]
    [InlineData("down_blocks.0.downsamplers.0.conv.weight")]
    [InlineData("conv_out.weight")]
    public void Backward_AfterAWeightChanged_ThrowsAndTheNextIsRight(string name)
    {
        using var scope = NewDisposeScope();
        using UNet network = Network();
        Tensor expected = Gradient(network);
        Tensor loss = Loss(network, X(), T());
        Tensor weight = Weight(network, name);
        using (no_grad()) weight.mul_(2);

        loss.Invoking(each => each.backward()).Should().Throw<ExternalException>();
        network.BackwardFailure.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Contain("between a prediction and its backward pass");

        using (no_grad()) weight.mul_(0.5);
        Gradient(network).equal(expected).all().item<bool>().Should().BeTrue();
        network.BackwardFailure.Should().BeNull();
    }

    [Fact]
    public void Backward_AfterXChanged_Throws()
    {
        using var scope = NewDisposeScope();
        using UNet network = Network();
        Tensor x = X(), loss = Loss(network, x, T());
        x.mul_(2);
        loss.Invoking(each => each.backward()).Should().Throw<ExternalException>();
        loss.Invoking(each => each.backward()).Should().Throw<ExternalException>();
    }

    [Fact]
    public void Backward_AfterTimestepsLabelsOrBiasesChanged_IsThatOfThePrediction()
    {
        using var scope = NewDisposeScope();
        using UNet network = Network(Options with { ClassCount = 3, NullLabel = false });
        Tensor t = T(), labels = tensor(new long[] { 0, 1, 2 });
        Tensor Predicted() => network.Predict(X(), t, labels).square().sum();
        Predicted().backward();
        Tensor expected = All(network);
        Tensor loss = Predicted();
        t.add_(1);
        labels.zero_();
        using (no_grad()) Weight(network, "conv_in.bias").add_(1);
        loss.backward();
        All(network).equal(expected).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Backward_OfANetworkThatIsGone_Throws()
    {
        using var scope = NewDisposeScope();
        UNet disposed = Network(), moved = Network();
        Tensor first = Loss(disposed, X(), T()), second = Loss(moved, X(), T());
        disposed.Dispose();
        moved.to(float64);
        first.Invoking(loss => loss.backward()).Should().Throw<ExternalException>();
        second.Invoking(loss => loss.backward()).Should().Throw<ExternalException>();
        moved.Dispose();
    }

    [Fact]
    public void Backward_OnSeveralThreadsAtOnce_IsThatOfEach()
    {
        using var scope = NewDisposeScope();
        using UNet network = Network();
        Tensor[] weights = [.. network.parameters()];
        Tensor x = X(), t = T();
        IList<Tensor> expected = autograd.grad([Loss(network, x, t)], weights);
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        Thread[] threads =
        [
            .. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
            {
                try
                {
                    for (int pass = 0; pass < 8; pass++)
                    {
                        using var inner = NewDisposeScope();
                        IList<Tensor> actual = autograd.grad([Loss(network, x, t)], weights);
                        foreach ((Tensor one, Tensor other) in actual.Zip(expected)) one.equal(other).all().item<bool>().Should().BeTrue();
                    }
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            })),
        ];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        failures.Should().BeEmpty();
    }

    [Fact]
    public void ReturnedGradients_OfThreadsThatEnded_AreFreed()
    {
        using Tensor own = zeros(1), others = zeros(1), later = zeros(1);
        var returned = new ReturnedGradients();
        using var end = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            returned.Keep([null, others]);
            end.Wait();
        });
        thread.Start();
        SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin));
        returned.Keep([own]);
        returned.Free();
        (own.IsInvalid, others.IsInvalid).Should().Be((true, false), "the other thread may not have read its own");

        end.Set();
        thread.Join();
        returned.Keep([later]);
        returned.Free();
        (others.IsInvalid, later.IsInvalid).Should().Be((true, true));
    }

    [Fact]
    public void Backward_ThatFails_LeavesNothing()
    {
        using var scope = NewDisposeScope();
        using UNet network = Network();
        Fail();
        long tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int pass = 0; pass < 3; pass++) Fail();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(tensors);

        void Fail()
        {
            using var inner = NewDisposeScope();
            Tensor loss = Loss(network, X(), T());
            using (no_grad()) Weight(network, "conv_out.weight").mul_(1);
            loss.Invoking(each => each.backward()).Should().Throw<ExternalException>();
        }
    }

    [Fact]
    public void Predict_XOfAnotherTypeOrEmpty_NamesX()
    {
        using var scope = NewDisposeScope();
        using UNet network = Network();
        network.Invoking(each => each.Predict(X().to(float64), T())).Should().Throw<ArgumentException>()
            .WithMessage("x must be Float32 on cpu, as the weights are, but is Float64 on cpu*");
        network.Invoking(each => each.Predict(X()[..0], T()[..0])).Should().Throw<ArgumentException>()
            .WithMessage("x must have at least one example, but has [0, 2, 8, 16]*");
    }

    private static UNet Network(UNetOptions? options = null)
    {
        UNet network = LoudNetworks.Create(options ?? Options);
        network.train();
        return network;
    }

    private static TorchSharp.Modules.Parameter Weight(UNet network, string name) =>
        network.named_parameters().Single(weight => weight.name == name).parameter;

    private static Tensor X() => randn([Batch, 2, 8, 16], generator: new Generator(5));

    private static Tensor T() => tensor(new long[] { 3, 400, 999 });

    private static Tensor Loss(UNet network, Tensor x, Tensor t) => network.Predict(x, t).square().sum();

    private static Tensor Gradient(UNet network)
    {
        foreach (TorchSharp.Modules.Parameter weight in network.parameters()) weight.grad = null;
        Loss(network, X(), T()).backward();
        return All(network);
    }

    // All gradients, which are then forgotten.
    private static Tensor All(UNet network)
    {
        Tensor all = cat([.. network.parameters().Select(weight => weight.grad!.flatten())]);
        foreach (TorchSharp.Modules.Parameter weight in network.parameters()) weight.grad = null;
        return all;
    }
}
