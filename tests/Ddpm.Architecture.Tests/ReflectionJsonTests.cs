using Ddpm.Architecture.Tests.Compiled;
using Mono.Cecil;

namespace Ddpm.Architecture.Tests;

/// <summary>
/// Holds the packages to JSON without reflection, which file-based programs turn off and trimmed ones break.
/// </summary>
public sealed class ReflectionJsonTests
{
    [Fact]
    public void Packages_CallNoJsonMethodThatReflects()
    {
        int calls = 0;
        List<string> faults = [];
        foreach (string path in Packages.All.Values.Select(assembly => assembly.Path))
        {
            using var package = ModuleDefinition.ReadModule(path);
            foreach (MethodDefinition method in package.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
            {
                IEnumerable<MethodReference> json = method.Body.Instructions.Select(instruction => instruction.Operand)
                    .OfType<MethodReference>().Where(call => call.DeclaringType.FullName == "System.Text.Json.JsonSerializer");
                foreach (MethodReference call in json)
                {
                    calls++;
                    if (!TakesMetadata(call)) faults.Add($"{method.FullName} calls {call.FullName}");
                }
            }
        }

        calls.Should().BePositive("else the search finds nothing");
        faults.Should().BeEmpty("a JsonSerializerContext or Utf8JsonWriter must stand in place of reflection");
    }

    private static bool TakesMetadata(MethodReference call) => call.Parameters.Select(parameter => parameter.ParameterType.Name)
        .Any(name => name.StartsWith("JsonTypeInfo", StringComparison.Ordinal) || name == "JsonSerializerContext");
}
