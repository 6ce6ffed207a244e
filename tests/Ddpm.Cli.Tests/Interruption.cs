using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Ddpm.Cli.Tests;

/// <summary>Asks another process to end: by Ctrl-C in its console on Windows, by SIGTERM elsewhere.</summary>
internal static class Interruption
{
    private const int Terminate = 15;
    private const uint CtrlC = 0;

    /// <summary>Asks a process to end, and waits for it: everything in its console gets the Ctrl-C, this process too, until then.</summary>
    /// <param name="process">The process. On Windows it has a console.</param>
    /// <param name="wait">Waits for its end.</param>
    public static void Send(int process, Action wait)
    {
        if (!OperatingSystem.IsWindows())
        {
            Require(kill(process, Terminate) == 0);
            wait();
            return;
        }

        // A process has one console at most, and what ignores Ctrl-C passes that on to what it starts.
        FreeConsole();
        Require(AttachConsole((uint)process));
        Require(SetConsoleCtrlHandler(0, true));
        try
        {
            Require(GenerateConsoleCtrlEvent(CtrlC, 0));
            wait();
        }
        finally
        {
            FreeConsole();
            SetConsoleCtrlHandler(0, false);
        }
    }

    private static void Require(bool done)
    {
        if (!done) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool FreeConsole();

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool AttachConsole(uint process);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool SetConsoleCtrlHandler(nint handler, bool ignore);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern bool GenerateConsoleCtrlEvent(uint what, uint group);
}
