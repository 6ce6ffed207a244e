namespace Ddpm.Architecture.Tests.Graphs;

/// <summary>States that one place, a folder or a package, uses another, with the two types that make it so.</summary>
internal readonly record struct Arrow(string From, string To, string FromType, string ToType);
