using System.Collections.Immutable;

namespace Ddpm.Cli.Arguments;

/// <summary>Whole numbers as they are typed: 1,2,2.</summary>
internal sealed record NumberList(ImmutableArray<int> Values)
{
    public override string ToString() => Values.IsEmpty ? "none" : string.Join(',', Values);
}
