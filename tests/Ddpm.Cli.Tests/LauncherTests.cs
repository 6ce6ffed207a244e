namespace Ddpm.Cli.Tests;

/// <summary>
/// Processes of a launcher that were not told to work together. <see cref="RankDifferencesTests"/> has the real launchers.
/// </summary>
public sealed class LauncherTests : IDisposable
{
    private readonly Workplace here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE", "OpenMPI's mpirun")]
    [InlineData("PMI_SIZE", "MPICH's mpirun")]
    [InlineData("SLURM_STEP_NUM_TASKS", "srun")]
    public void Train_OneOfSeveralProcessesWithoutMpi_IsRefusedInOneLine(string variable, string launcher)
    {
        (int code, _, string error) = TrainHere(variable, "2");
        code.Should().Be(1);
        error.TrimEnd().Should().Be($"{launcher} started 2 processes ({variable}), each of which would do the whole work by itself. Add " +
            $"--mpi to have them work together, or unset {variable} where they are to be independent.");
        Directory.Exists(here["run"]).Should().BeFalse();
    }

    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE", "1")]
    [InlineData("SLURM_NTASKS", "4")]
    public void Train_OnlyProcess_IsNotRefused(string variable, string value)
    {
        (int code, _, string error) = TrainHere(variable, value);
        code.Should().Be(1);
        error.Should().Contain(here["nothing"]).And.NotContain("--mpi");
    }

    // In this process, as a launcher would have set its variable.
    private (int Code, string Output, string Error) TrainHere(string variable, string value)
    {
        string? before = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, value);
        try
        {
            return here.Run(Command);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
    }

    private string[] Command => ["train", "--data", here["nothing"], "--out", here["run"]];
}
