using Ddpm.Data.Folders;

namespace Ddpm.Data.Tests;

public sealed class OrderedLoopTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Run_SeveralFailures_GivesTheFirstInOrder(int workers)
    {
        for (int turn = 0; turn < 100; turn++)
        {
            var done = new bool[40];
            void Body(int index)
            {
                if (index >= 7 && index % 3 == 1) throw new InvalidDataException($"{index} is damaged.");
                done[index] = true;
            }

            FluentActions.Invoking(() => OrderedLoop.Run(40, workers, Body, default))
                .Should().Throw<InvalidDataException>().WithMessage("7 is damaged.");
            done[..7].Should().AllBeEquivalentTo(true);
        }
    }

    [Fact]
    public void Run_NoFailure_RunsAll()
    {
        int sum = 0;
        OrderedLoop.Run(100, 3, index => Interlocked.Add(ref sum, index), default);
        sum.Should().Be(4950);
        FluentActions.Invoking(() => OrderedLoop.Run(5, 1, _ => { }, new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
    }
}
