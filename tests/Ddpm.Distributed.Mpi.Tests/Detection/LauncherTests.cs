namespace Ddpm.Distributed.Mpi.Tests.Detection;

public sealed class LauncherTests
{
    [Theory]
    [InlineData("OMPI_COMM_WORLD_SIZE", "OpenMPI's mpirun")]
    [InlineData("PMI_SIZE", "MPICH's mpirun")]
    [InlineData("MV2_COMM_WORLD_SIZE", "MVAPICH's mpirun_rsh")]
    [InlineData("SLURM_STEP_NUM_TASKS", "srun")]
    public void Find_VariableOfALauncher_NamesIt(string variable, string name) =>
        Find((variable, "4")).Should().Be(new Launcher(name, variable, 4));

    [Fact]
    public void Find_SizeBesideTheKeyOfSmpd_IsMsMpis() =>
        Find(("PMI_SIZE", "4"), ("PMI_SMPD_KEY", "0")).Should().Be(new Launcher("MS-MPI's mpiexec", "PMI_SIZE", 4));

    [Fact]
    public void Find_NoVariable_IsNull() =>
        Find(("SLURM_NTASKS", "8")).Should().BeNull("a batch script of Slurm is no step that srun started");

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("two")]
    public void Find_NoNumber_IsNull(string value) => Find(("PMI_SIZE", value)).Should().BeNull();

    [Fact]
    public void Find_OneStartedByAnother_IsTheInner() =>
        Find(("SLURM_STEP_NUM_TASKS", "2"), ("OMPI_COMM_WORLD_SIZE", "16"))!.Processes.Should().Be(16);

    [Fact]
    public void RequireMatch_SeveralProcessesThatKnowOfOne_IsRefusedWithBothNames()
    {
        Action act = () => Launcher.RequireMatch(new Launcher(Launcher.Slurm, "SLURM_STEP_NUM_TASKS", 8), 1, "libmpi.so.40 (OpenMPI)");
        act.Should().Throw<MpiException>().WithMessage(
            "srun started 8 processes (SLURM_STEP_NUM_TASKS), but the MPI library, libmpi.so.40 (OpenMPI), knows of this one only*srun " +
            "--mpi=pmix*");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(4, 2)] // a program that MPI itself has started
    public void RequireMatch_Otherwise_IsSilent(int launched, int known) =>
        FluentActions.Invoking(() => Launcher.RequireMatch(new Launcher(Launcher.OpenMpi, "OMPI_COMM_WORLD_SIZE", launched), known, ""))
            .Should().NotThrow();

    [Fact]
    public void RequireMatch_NoLauncher_IsSilent() => FluentActions.Invoking(() => Launcher.RequireMatch(null, 1, "")).Should().NotThrow();

    private static Launcher? Find(params (string Name, string Value)[] variables) =>
        Launcher.Find(name => variables.Where(variable => variable.Name == name).Select(variable => variable.Value).FirstOrDefault());
}
