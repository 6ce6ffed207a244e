using System.CommandLine;
using Ddpm.Core;

namespace Ddpm.Cli.Tests;

/// <summary>All commands, to be parsed and asked for help; none is to run.</summary>
internal static class DeclaredCommands
{
    public static RootCommand Create() => CommandLine.Create(TextWriter.Null, TextWriter.Null, _ => { }, _ => SingleProcess.Instance);
}
