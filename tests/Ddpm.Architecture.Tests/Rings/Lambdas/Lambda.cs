using Ddpm.Architecture.Tests.Rings.Bodies;

namespace Ddpm.Architecture.Tests.Rings.Lambdas;

/// <summary>Names another folder inside a lambda, which the compiler moves into a type of its own.</summary>
internal sealed class Lambda
{
    public static Func<object> Made(int value) => () => value > 0 ? Body.Kind() : value;
}
