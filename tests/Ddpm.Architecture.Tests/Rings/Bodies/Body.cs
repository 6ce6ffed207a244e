using Ddpm.Architecture.Tests.Rings.Contracts;

namespace Ddpm.Architecture.Tests.Rings.Bodies;

/// <summary>Names a contract in the body of a method alone.</summary>
internal sealed class Body
{
    public static object Kind() => typeof(IContract);
}
