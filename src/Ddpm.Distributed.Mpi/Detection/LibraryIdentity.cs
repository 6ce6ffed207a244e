namespace Ddpm.Distributed.Mpi;

/// <summary>Which binary interface a library has. A wrong guess would crash or corrupt memory, so that there is none.</summary>
internal static class LibraryIdentity
{
    /// <summary>Returns the interface of a library.</summary>
    /// <param name="file">The file that was loaded.</param>
    /// <param name="version">What MPI_Get_library_version says.</param>
    /// <param name="find">The address of an exported object; 0 where there is none.</param>
    /// <returns>The handles.</returns>
    /// <exception cref="MpiException">The library is of none of the known makes.</exception>
    public static MpiAbi Identify(string file, string version, Func<string, nint> find)
    {
        if (Path.GetFileName(file).StartsWith(StandardAbi.Mark, StringComparison.Ordinal)) return StandardAbi.Handles;
        if (find(OpenMpiAbi.Mark) != 0)
        {
            return OpenMpiAbi.Create(name => find(name) is var address and not 0
                ? address
                : throw new MpiException($"{file} is OpenMPI, but does not export {name}."));
        }

        if (MpichAbi.Marks.Any(mark => version.StartsWith(mark, StringComparison.OrdinalIgnoreCase))) return MpichAbi.Handles;
        if (version.StartsWith(MsMpiAbi.Mark, StringComparison.OrdinalIgnoreCase)) return MsMpiAbi.Handles;
        throw new MpiException($"{file} is an MPI library of an unknown make: it is not OpenMPI, for it does not export " +
            $"{OpenMpiAbi.Mark}, and says of itself \"{version.Split('\n')[0].Trim()}\", which is none of " +
            $"{string.Join(", ", [.. MpichAbi.Marks, MsMpiAbi.Mark])}.");
    }
}
