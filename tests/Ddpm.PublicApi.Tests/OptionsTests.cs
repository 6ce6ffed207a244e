using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ddpm.PublicApi.Tests;

/// <summary>Options of all packages are made alike.</summary>
public sealed class OptionsTests
{
    public static TheoryData<Type> All => [.. Assemblies().SelectMany(assembly => assembly.GetExportedTypes())
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && !type.IsAbstract)];

    [Fact]
    public void Packages_AreFound()
    {
        Assemblies().Select(assembly => assembly.GetName().Name).Should().Contain(
            ["Ddpm.Core", "Ddpm.Data", "Ddpm.Evaluation", "Ddpm.Imaging", "Ddpm.Inference", "Ddpm.Models",
                "Ddpm.Schedules", "Ddpm.Training"]);
        All.Count.Should().BeGreaterThan(12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Options_WithoutRequiredValues_HaveTheirDefault(Type type)
    {
        if (type.GetProperties().Any(property => property.IsDefined(typeof(RequiredMemberAttribute)))) return;
        PropertyInfo? property = type.GetProperty("Default", BindingFlags.Public | BindingFlags.Static);
        property.Should().NotBeNull($"{type.Name} has a default for every value");
        property!.PropertyType.Should().Be(type);
        property.GetValue(null).Should().BeEquivalentTo(Activator.CreateInstance(type), options => options.RespectingRuntimeTypes());
    }

    private static IEnumerable<Assembly> Assemblies() => Directory.GetFiles(AppContext.BaseDirectory, "Ddpm.*.dll")
        .Where(file => !file.EndsWith("Tests.dll", StringComparison.Ordinal)).Select(Assembly.LoadFrom);
}
