using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace Emulation;

/// <summary>
/// Collects the test cases that xunit finds and counts those that pass, fail and are skipped. DDPM_TEST_TRACE names a file that receives each
/// test as it starts, and its time.
/// </summary>
/// <param name="filter">Which tests run.</param>
internal sealed class TestResults(TestFilter filter) : LongLivedMarshalByRefObject, IMessageSink, IDisposable
{
    private readonly ManualResetEventSlim done = new();
    private readonly string? trace = Environment.GetEnvironmentVariable("DDPM_TEST_TRACE");
    private readonly HashSet<string> leftOut = [];
    private List<ITestCase> discovered = [];

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    /// <summary>How many test methods the filter has left out.</summary>
    public int LeftOut => leftOut.Count;

    /// <summary>Receives one message of discovery or of a run.</summary>
    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (done)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage found when filter.Includes(found.TestClass.Class.Name, found.TestMethod.Method.Name):
                    discovered.Add(found.TestCase);
                    break;
                case ITestCaseDiscoveryMessage found:
                    leftOut.Add($"{found.TestClass.Class.Name}.{found.TestMethod.Method.Name}");
                    break;
                case ITestStarting starting when trace is not null:
                    // Written before the test runs, so that the last line of a run that ends early names its test.
                    File.AppendAllText(trace, $"{starting.Test.DisplayName}\n");
                    break;
                case ITestFinished finished when trace is not null:
                    File.AppendAllText(trace, string.Create(CultureInfo.InvariantCulture, $"  {finished.ExecutionTime:F2} s\n"));
                    break;
                case ITestPassed:
                    Passed++;
                    break;
                case ITestSkipped:
                    Skipped++;
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
