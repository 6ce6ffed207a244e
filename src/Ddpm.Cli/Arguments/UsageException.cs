namespace Ddpm.Cli.Arguments;

/// <summary>The command line is wrong: its options contradict each other or what they name. The program ends with exit code 2.</summary>
internal sealed class UsageException(string message) : ArgumentException(message);
