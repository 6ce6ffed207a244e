using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ddpm.Training.Tests;

public sealed class ExponentialMovingAverageTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Update_KnownParameters_FollowsTheRecurrence(bool ramp, bool fused)
    {
        using Linear network = nn.Linear(1, 1, hasBias: false);
        using var noGradient = no_grad();
        network.weight!.fill_(1.0);
        using var average = new ExponentialMovingAverage(network, ramp ? AverageProfile.Ramped(0.9) : AverageProfile.Constant(0.9));
        double expected = 1;
        for (int n = 0; n < 200; n++)
        {
            network.weight!.fill_(n);
            double decay = ramp ? Math.Min(0.9, (1.0 + n) / (10.0 + n)) : 0.9;
            average.CurrentDecay.Should().Be(decay);
            average.Update(fused);
            expected = decay * expected + (1 - decay) * n;
        }

        using (average.SwapIn()) network.weight!.item<float>().Should().BeApproximately((float)expected, 1e-3f);
        network.weight!.item<float>().Should().Be(199);
        average.Updates.Should().Be(200);
    }

    [Fact]
    public void SwapIn_Twice_IsRefusedAndUpdateToo()
    {
        using Linear network = nn.Linear(2, 2);
        using var average = new ExponentialMovingAverage(network);
        using IDisposable swapped = average.SwapIn();
        FluentActions.Invoking(average.SwapIn).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(average.Update).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Constructor_DecayOutOfRange_Throws(double decay)
    {
        FluentActions.Invoking(() => AverageProfile.Constant(decay))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("decay must be 0 ≤ d < 1*");
        FluentActions.Invoking(() => AverageProfile.Ramped(decay))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("decay must be 0 ≤ d < 1*");
    }

    [Fact]
    public void CopyTo_DuringTraining_GivesTheAverageAndChangesNothing()
    {
        using Linear network = nn.Linear(2, 2), other = nn.Linear(2, 2), narrow = nn.Linear(2, 1), bare = nn.Linear(2, 2, hasBias: false);
        using var average = new ExponentialMovingAverage(network, AverageProfile.Constant(0.5));
        using (no_grad()) network.weight!.fill_(3.0);
        average.Update();
        using Tensor before = network.weight!.clone();
        using Tensor expected = average.Averages[0].clone();

        average.CopyTo(other);
        IReadOnlyDictionary<string, Tensor> copy = average.Copy();
        other.weight!.allclose(expected).Should().BeTrue();
        copy.Keys.Should().Equal("weight", "bias");
        copy["weight"].allclose(expected).Should().BeTrue();
        network.weight!.equal(before).all().item<bool>().Should().BeTrue();
        using (average.SwapIn())
        {
            using (no_grad()) other.weight!.fill_(0.0);
            average.CopyTo(other);
            other.weight!.allclose(expected).Should().BeTrue("it is the average that is copied, wherever it is");
        }

        FluentActions.Invoking(() => average.CopyTo(narrow)).Should().Throw<ArgumentException>()
            .WithMessage("target's weight must have the shape [2, 2] of the averaged network, but has [1, 2]*");
        FluentActions.Invoking(() => average.CopyTo(bare)).Should().Throw<ArgumentException>().WithMessage("*differs in bias*");
        foreach (Tensor tensor in copy.Values) tensor.Dispose();
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(double.NaN)]
    public void Update_ProfileOfTheUsersOutOfRange_ThrowsBeforeAnythingChanges(double decay)
    {
        using Linear network = nn.Linear(2, 2);
        using var average = new ExponentialMovingAverage(network, new FixedProfile(decay));
        FluentActions.Invoking(average.Update).Should().Throw<InvalidOperationException>()
            .WithMessage($"FixedProfile.Decay(0) must be 0 ≤ d < 1, but is {decay}.");
        average.Updates.Should().Be(0);
    }

    private sealed record FixedProfile(double Value) : AverageProfile
    {
        public override double Decay(long updates) => Value;
    }
}
