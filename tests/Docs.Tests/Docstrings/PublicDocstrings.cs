using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Docs.Tests.Docstrings;

/// <summary>The documentation of what the packages make public, as their XML files have it.</summary>
internal static class PublicDocstrings
{
    private static readonly Lazy<CSharpCompilation> Compilation = new(() => CSharpCompilation.Create("docstrings", references:
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))));

    private static readonly ConcurrentDictionary<string, IReadOnlyList<Docstring>> Read = new();

    /// <summary>What a package documents.</summary>
    /// <param name="package">The package, such as Ddpm.Core.</param>
    public static IReadOnlyList<Docstring> Of(string package) => Read.GetOrAdd(package, ReadPackage);

    private static IReadOnlyList<Docstring> ReadPackage(string package)
    {
        var documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{package}.xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value);
        IAssemblySymbol assembly = Compilation.Value.SourceModule.ReferencedAssemblySymbols.Single(symbol => symbol.Name == package);
        return [.. from type in TypesOf(assembly.GlobalNamespace)
                   from symbol in type.GetMembers().Where(IsPublic).Append(type)
                   where symbol.GetDocumentationCommentId() is { } id && documented.ContainsKey(id)
                   select new Docstring(symbol, documented[symbol.GetDocumentationCommentId()!], IsParameter(symbol, type, documented))];
    }

    // Only a record has parameters in its type's documentation.
    private static bool IsParameter(ISymbol symbol, INamedTypeSymbol type, Dictionary<string, XElement> documented) =>
        documented.TryGetValue(type.GetDocumentationCommentId()!, out XElement? xml) && xml.Elements("param").Any()
        && (symbol is IMethodSymbol { MethodKind: MethodKind.Constructor }
            || xml.Elements("param").Any(parameter => parameter.Attribute("name")!.Value == symbol.Name));

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol container) => container.GetMembers()
        .OfType<INamespaceOrTypeSymbol>().Where(member => member is INamespaceSymbol || IsPublic(member))
        .SelectMany(member => member is INamedTypeSymbol type ? TypesOf(member).Append(type) : TypesOf(member));

    private static bool IsPublic(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;
}
