using Ddpm.Architecture.Tests.Compiled;
using Mono.Cecil;

namespace Ddpm.Architecture.Tests;

/// <summary>
/// Holds the public ways into the packages to loading libtorch before they use TorchSharp: TorchSharp itself would answer a missing native
/// package with a TypeInitializationException, and without a command to run.
/// </summary>
public sealed class TorchEntryTests
{
    private const string Guard = "Ddpm.Core.TorchRuntime";

    // The tool loads libtorch for each command by itself, and the other package is what loads it.
    private static readonly string[] Others = ["Ddpm.Cli", "Ddpm.TorchRuntime"];

    private readonly Dictionary<string, MethodDefinition> methods = [];
    private readonly Dictionary<string, TypeDefinition> types = [];
    private readonly Dictionary<string, First> found = [];

    private enum First
    {
        Nothing,
        Guard,
        Torch,
    }

    [Fact]
    public void PublicEntries_LoadLibTorchBeforeTheyUseTorchSharp()
    {
        ModuleDefinition[] packages = [.. Packages.All.Where(package => !Others.Contains(package.Key))
            .Select(package => ModuleDefinition.ReadModule(package.Value.Path))];
        foreach (TypeDefinition type in packages.SelectMany(package => package.GetTypes()))
        {
            types[type.FullName] = type;
            foreach (MethodDefinition method in type.Methods.Where(method => method.HasBody)) methods[method.FullName] = method;
        }

        MethodDefinition[] entries = [.. methods.Values.Where(IsEntry)];
        entries.Where(entry => FirstOf(entry) == First.Guard).Should().NotBeEmpty("else the search finds nothing");
        string.Join('\n', entries.Where(entry => FirstOf(entry) == First.Torch).Select(entry => entry.FullName))
            .Should().BeEmpty("each must call TorchRuntime.EnsureLoaded() first");
        // Where the type is "before field init", its fields are made at their first use, which comes later.
        MethodDefinition[] initializers = [.. methods.Values.Where(method => method is { IsConstructor: true, IsStatic: true })
            .Where(method => !method.DeclaringType.IsBeforeFieldInit)];
        string.Join('\n', initializers.Where(method => FirstOf(method) != First.Nothing).Select(method => method.FullName))
            .Should().BeEmpty("what a static constructor throws is wrapped in a TypeInitializationException");
        foreach (ModuleDefinition package in packages) package.Dispose();
    }

    // A user can call it without a tensor, and without an object for which libtorch was loaded.
    private bool IsEntry(MethodDefinition method) =>
        method.IsPublic && IsVisible(method.DeclaringType) && !method.Parameters.Any(parameter => Carries(parameter.ParameterType))
        && (method.IsStatic || method.IsConstructor || !IsGuarded(method.DeclaringType));

    private static bool IsVisible(TypeDefinition type) =>
        type.IsNested ? type.IsNestedPublic && IsVisible(type.DeclaringType) : type.IsPublic;

    // Its constructors have loaded libtorch, or took something that had: whoever holds one, holds libtorch.
    private bool IsGuarded(TypeDefinition type)
    {
        MethodDefinition[] ways = [.. type.Methods.Where(method => method is { IsConstructor: true, IsStatic: false, IsPublic: true })];
        if (type.IsAbstract && type.IsSealed) return false;
        if (type.BaseType is { } parent && (IsTorch(parent) || (types.TryGetValue(parent.FullName, out var own) && IsGuarded(own))))
        {
            return true;
        }

        return ways.All(way => FirstOf(way) == First.Guard || way.Parameters.Any(parameter => Carries(parameter.ParameterType)));
    }

    private bool Carries(TypeReference type)
    {
        if (type is GenericInstanceType generic && generic.GenericArguments.Any(Carries)) return true;
        if (type is TypeSpecification of && Carries(of.ElementType)) return true;
        if (type is GenericParameter parameter) return parameter.Constraints.Any(constraint => Carries(constraint.ConstraintType));
        if (IsTorch(type)) return type.Name is not ("ScalarType" or "DeviceType");
        return types.TryGetValue(type.FullName, out TypeDefinition? own) && own is { IsEnum: false, IsValueType: false }
            && own.Methods.Any(method => method is { IsPublic: true, IsStatic: false } && Mentions(method));
    }

    private static bool Mentions(MethodDefinition method) =>
        IsTorch(method.ReturnType) || method.Parameters.Any(parameter => IsTorch(parameter.ParameterType));

    private static bool IsTorch(TypeReference type) => type.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal);

    // What a method does first, its calls in the order in which they are written.
    private First FirstOf(MethodDefinition method)
    {
        if (found.TryGetValue(method.FullName, out First known)) return known;
        found[method.FullName] = First.Nothing;
        First first = Calls(method).Select(FirstOf).FirstOrDefault(what => what != First.Nothing);
        return found[method.FullName] = first;
    }

    private First FirstOf(MethodReference call)
    {
        if (call.DeclaringType.FullName == Guard) return call.Name == "Prepare" ? First.Nothing : First.Guard;
        if (IsTorch(call.DeclaringType)) return First.Torch;
        return methods.TryGetValue(call.GetElementMethod().FullName, out MethodDefinition? own) ? FirstOf(own) : First.Nothing;
    }

    // An iterator's and an asynchronous method's own code stands in the type that the compiler makes for it.
    private IEnumerable<MethodReference> Calls(MethodDefinition method)
    {
        foreach (MethodReference call in method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>())
        {
            yield return call;
            bool isMade = call.Name == ".ctor" && call.DeclaringType.Name.StartsWith('<');
            if (isMade && types.TryGetValue(call.DeclaringType.GetElementType().FullName, out TypeDefinition? made)
                && made.Methods.FirstOrDefault(part => part.Name == "MoveNext") is { } body)
            {
                yield return body;
            }
        }
    }
}
