using Ddpm.Architecture.Tests.Compiled;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Ddpm.Architecture.Tests;

/// <summary>
/// Holds the packages to numbers that their makers dispose after the call. TorchSharp's Scalar frees its native number when it is
/// finalised, and nothing else keeps it alive while libtorch reads that.
/// </summary>
public sealed class ScalarLifetimeTests
{
    // These make numbers of double, float and long arguments only; the packages pass them tensors, int, bool and numbers of their own.
    private static readonly string[] Scripts = ["CompilationUnit::invoke(", "ScriptModule::forward("];

    [Fact]
    public void Packages_DisposeEveryNumberThatTheyPassToTorchSharp()
    {
        HashSet<string> leaving = LeaveANumberToTheCollector();
        leaving.Should().Contain(name => name.Contains("Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)"))
            .And.Contain(name => name.Contains("Tensor::square()"), "else the search of TorchSharp finds too little");
        int made = 0;
        List<string> faults = [];
        foreach (string path in Packages.All.Values.Select(assembly => assembly.Path))
        {
            using var package = ModuleDefinition.ReadModule(path);
            foreach (MethodDefinition method in Methods(package))
            {
                MethodReference[] calls = [.. Calls(method)];
                IEnumerable<string> unsafeCalls = calls.Select(call => call.FullName).Where(leaving.Contains);
                faults.AddRange(unsafeCalls.Select(name => $"{method.FullName} calls {name}"));
                int numbers = calls.Count(MakesANumber), disposed = Disposals(method);
                made += numbers;
                if (numbers > disposed) faults.Add($"{method.FullName} makes {numbers} numbers and disposes {disposed}");
            }
        }

        made.Should().BeGreaterThan(20, "else the search of the packages finds nothing");
        faults.Should().BeEmpty("ScalarArithmetic or a using declaration must keep each number until the call has returned");
    }

    // The methods of TorchSharp that make a number, or call one that does.
    private static HashSet<string> LeaveANumberToTheCollector()
    {
        string path = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "torchsharp.txt")).Trim();
        using var torchSharp = ModuleDefinition.ReadModule(path);
        (string Name, MethodReference[] Calls)[] methods = [.. Methods(torchSharp)
            .Where(method => method.DeclaringType.Name is not ("Scalar" or "ScalarExtensionMethods"))
            .Select(method => (method.FullName, Calls(method).ToArray()))];
        HashSet<string> found = [.. methods.Where(method => method.Calls.Any(MakesANumber)).Select(method => method.Name)];
        for (int before = -1; before != found.Count;)
        {
            before = found.Count;
            found.UnionWith(methods.Where(method => method.Calls.Any(call => found.Contains(call.FullName))).Select(method => method.Name));
        }

        found.RemoveWhere(name => Scripts.Any(name.Contains));
        return found;
    }

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) =>
        method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>();

    private static bool MakesANumber(MethodReference method) => method.DeclaringType.FullName switch
    {
        "TorchSharp.Scalar" => method.Name == "op_Implicit",
        "TorchSharp.ScalarExtensionMethods" => method.Name == "ToScalar",
        _ => false,
    };

    // A using declaration of a number compiles to a finally block that disposes it through IDisposable.
    private static int Disposals(MethodDefinition method) => method.Body.ExceptionHandlers.Sum(handler =>
        method.Body.Instructions
            .SkipWhile(instruction => instruction != handler.HandlerStart).TakeWhile(instruction => instruction != handler.HandlerEnd)
            .Count(instruction => instruction.Previous is { } from && instruction.Operand is MethodReference { Name: "Dispose" }
                && IsNumber(from, method)));

    private static bool IsNumber(Instruction load, MethodDefinition method)
    {
        int index = load.OpCode.Code switch
        {
            Code.Ldloc_0 => 0,
            Code.Ldloc_1 => 1,
            Code.Ldloc_2 => 2,
            Code.Ldloc_3 => 3,
            Code.Ldloc or Code.Ldloc_S => ((VariableDefinition)load.Operand).Index,
            _ => -1,
        };
        return index >= 0 && method.Body.Variables[index].VariableType.FullName == "TorchSharp.Scalar";
    }
}
