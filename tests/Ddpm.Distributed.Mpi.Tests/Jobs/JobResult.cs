using System.Globalization;

namespace Ddpm.Distributed.Mpi.Tests.Jobs;

/// <summary>What came of a job.</summary>
internal sealed record JobResult(int ExitCode, IReadOnlyList<string> Lines, string Errors)
{
    /// <summary>What a rank said.</summary>
    public string[] Of(int rank) =>
        [.. Lines.Where(line => line.StartsWith($"{rank}> ", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])];

    /// <summary>The last line of each rank.</summary>
    public string[] Last(int ranks) => [.. Enumerable.Range(0, ranks).Select(rank => Of(rank).LastOrDefault() ?? "")];

    /// <summary>The losses that a rank reported.</summary>
    public double[] Losses(int rank) =>
        [.. Of(rank).Select(line => line.Split(' ')).Where(words => words[0] == "step")
            .Select(words => double.Parse(words[3], CultureInfo.InvariantCulture))];

    /// <summary>The job ended in order.</summary>
    public JobResult Succeeded()
    {
        ExitCode.Should().Be(0, Errors);
        return this;
    }
}
