using System.Runtime.InteropServices;

namespace Ddpm.Core;

/// <summary>
/// Leaves Ctrl-C to the program. On Windows the Fortran runtime inside libtorch ends the process at the first one, "forrtl: error (200):
/// program aborting due to control-C event", before the program can save; a variable that it reads as it is loaded forbids that.
/// </summary>
internal static class FortranInterrupts
{
    private const string Variable = "FOR_DISABLE_CONSOLE_CTRL_HANDLER";

    /// <summary>Sets the variable, unless the user has. Call it before libtorch is loaded; it does nothing but on Windows.</summary>
    public static void Disable()
    {
        if (!OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable(Variable) is not null) return;
        Environment.SetEnvironmentVariable(Variable, "1");
        // The C runtime has its own copy, made as the process started.
        _ = _putenv_s(Variable, "1");
    }

    [DllImport("ucrtbase", CallingConvention = CallingConvention.Cdecl, CharSet = CharSet.Ansi, BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int _putenv_s(string name, string value);
}
