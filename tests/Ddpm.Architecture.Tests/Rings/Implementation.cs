using Ddpm.Architecture.Tests.Rings.Contracts;
using Ddpm.Architecture.Tests.Rings.Lambdas;

namespace Ddpm.Architecture.Tests.Rings;

/// <summary>Uses a folder of the circle and is used by none.</summary>
internal sealed class Implementation : IContract
{
    IReadOnlyList<Lambda?[]> IContract.All => [];
}
