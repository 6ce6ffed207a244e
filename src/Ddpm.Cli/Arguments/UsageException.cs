namespace Ddpm.Cli.Arguments;

/// <summary>The command line itself is wrong: options that do not go together, or do not go with what they name. Ends with exit code 2.</summary>
internal sealed class UsageException(string message) : ArgumentException(message);
