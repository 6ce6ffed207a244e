using Ddpm.Cli.Arguments;
using Ddpm.Cli.Shell;
using static TorchSharp.torch;

namespace Ddpm.Cli.Tests;

/// <summary>Whatever escapes a program is one line and an exit code.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    public static TheoryData<Exception, int, string> Exceptions() => new()
    {
        { new UsageException("--steps is wrong."), 2, "--steps is wrong." },
        { new OperationCanceledException(), 130, "Interrupted." },
        { new InvalidDataException("a\nb: no\r\n"), 1, "a b: no" },
        { new ArgumentOutOfRangeException("steps", 3, "steps is wrong."), 1, "steps is wrong." },
        { new AggregateException(new IOException("The disk is full.")), 1, "The disk is full." },
        { new TypeInitializationException("X", new NotSupportedException("Not here.")), 1, "Not here." },
        { new TimeZoneNotFoundException("No zone."), 1, "No zone. (TimeZoneNotFoundException, called by Ddpm.Cli.*" },
        { new FormatException("No number."), 1, "No number. (FormatException, called by Ddpm.Cli.*" },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Run_Exception_IsOneLineAndACode(Exception exception, int expected, string line)
    {
        using StringWriter error = new(), verbose = new();
        Func<int> run = () => throw exception;
        Failure.Run(error, false, run).Should().Be(expected);
        error.ToString().TrimEnd().Should().Match(line).And.NotContain("\n");
        Failure.Run(verbose, true, run).Should().Be(expected);
        verbose.ToString().Should().StartWith(error.ToString()).And.Contain(exception.GetType().FullName).And.Contain("   at ");
    }

    [Fact]
    public void Run_NativeError_SaysWhoCalled()
    {
        using var error = new StringWriter();
        Failure.Run(error, false, () =>
        {
            using Tensor two = zeros(2), three = two.reshape(3);
            return 0;
        }).Should().Be(1);
        error.ToString().Trim().Should()
            .StartWith("shape '[3]' is invalid for input of size 2 (libtorch, called by Ddpm.Cli.Tests.FailureTests").And.NotContain("\n");
    }

    [Fact]
    public void Run_LongMessage_IsCut()
    {
        using var error = new StringWriter();
        Failure.Run(error, false, () => throw new IOException(new string('x', 100_000)));
        error.ToString().Length.Should().BeLessThan(2100);
    }

    [Fact]
    public void Verbose_AfterAnError_ShowsWhere()
    {
        (int code, _, string error) = here.Run("sample", "{nowhere}", "--verbose");
        code.Should().Be(1);
        error.Should().StartWith(here.Place("The folder {nowhere} does not exist.")).And.Contain("   at Ddpm.");
        here.Run("sample", "{nowhere}").Error.Should().NotContain("   at ");
    }

    [Fact]
    public void Argument_ThatBeginsWithAt_IsNoFileOfArguments()
    {
        (int code, _, string error) = here.Run("inspect", "@/dev/zero");
        (code, error.Trim()).Should().Be((1, "There is no folder and no file @/dev/zero."));
    }
}
