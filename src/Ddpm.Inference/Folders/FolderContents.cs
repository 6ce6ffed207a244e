using System.Collections.Immutable;

namespace Ddpm.Inference;

/// <summary>What the configurations of a folder say.</summary>
/// <typeparam name="TNetwork">The kind of network.</typeparam>
/// <param name="Network">The network.</param>
/// <param name="Process">Its process; null if the folder holds only a network.</param>
/// <param name="Scheduler">The class of diffusers that the folder names for sampling; null without a process.</param>
/// <param name="Ignored">The fields that say nothing to this library.</param>
internal sealed record FolderContents<TNetwork>(
    TNetwork Network, ProcessDescription? Process, string? Scheduler, ImmutableArray<string> Ignored);
