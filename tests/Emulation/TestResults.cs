using Xunit;
using Xunit.Abstractions;

namespace Emulation;

/// <summary>Collects the test cases that xunit finds and counts those that pass and fail.</summary>
/// <param name="leftOut">Names of test classes whose tests are not run.</param>
internal sealed class TestResults(IReadOnlyCollection<string> leftOut) : LongLivedMarshalByRefObject, IMessageSink, IDisposable
{
    private readonly ManualResetEventSlim done = new();
    private List<ITestCase> discovered = [];

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Receives one message of discovery or of a run.</summary>
    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (done)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage found when !leftOut.Contains(found.TestClass.Class.Name.Split('.')[^1]):
                    discovered.Add(found.TestCase);
                    break;
                case ITestPassed:
                    Passed++;
                    break;
                case IFailureInformation failure:
                    Failed++;
                    string test = message is ITestMessage { Test.DisplayName: var name } ? name : message.GetType().Name;
                    Console.WriteLine($"FAILED {test}: {string.Join(' ', failure.Messages)}");
                    break;
                case IDiscoveryCompleteMessage or ITestAssemblyFinished:
                    done.Set();
                    break;
            }
        }

        return true;
    }

    /// <summary>Waits for the end of a discovery or of a run.</summary>
    public void Wait()
    {
        done.Wait();
        done.Reset();
    }

    /// <summary>Gives the test cases found since the last call.</summary>
    public IReadOnlyList<ITestCase> TakeDiscovered()
    {
        (IReadOnlyList<ITestCase> cases, discovered) = (discovered, []);
        return cases;
    }

    public void Dispose() => done.Dispose();
}
