using Ddpm.Architecture.Tests.Rings.Lambdas;

namespace Ddpm.Architecture.Tests.Rings.Contracts;

/// <summary>Has no method body, and names a type as the argument of another.</summary>
internal interface IContract
{
    IReadOnlyList<Lambda?[]> All { get; }
}
