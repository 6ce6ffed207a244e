using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Ddpm.Architecture.Tests.Graphs;

namespace Ddpm.Architecture.Tests.Compiled;

/// <summary>Reads what a compiled package references and which of its types use which, method bodies included.</summary>
internal sealed class PackageAssembly : IDisposable
{
    private readonly PEReader file;
    private readonly MetadataReader metadata;

    public PackageAssembly(string path)
    {
        Path = path;
        file = new PEReader(File.OpenRead(path));
        metadata = file.GetMetadataReader();
        References = [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    public string Path { get; }

    public string Name => metadata.GetString(metadata.GetAssemblyDefinition().Name);

    /// <summary>Gets the names of the assemblies that this one uses.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>
    /// Lists the arrows between the folders in which types are written, below <paramref name="root"/>, such as <c>/src/Ddpm.Core/</c>.
    /// </summary>
    public IReadOnlyList<Arrow> FolderArrows(string root)
    {
        var folders = TypeFolders.Read(metadata, Path, root);
        return [.. from type in metadata.TypeDefinitions
                   let user = Outermost(type)
                   where folders.ContainsKey(user)
                   from used in Uses(type).Select(Outermost).Distinct()
                   where folders.ContainsKey(used)
                   select new Arrow(folders[user], folders[used], NameOf(user), NameOf(used))];
    }

    public void Dispose() => file.Dispose();

    private HashSet<TypeDefinitionHandle> Uses(TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        var collector = new TypeCollector(metadata);
        collector.Add(type.BaseType);
        foreach (InterfaceImplementationHandle implementation in type.GetInterfaceImplementations())
        {
            collector.Add(metadata.GetInterfaceImplementation(implementation).Interface);
        }

        AddAttributes(type.GetCustomAttributes(), collector);
        AddConstraints(type.GetGenericParameters(), collector);
        foreach (FieldDefinition field in type.GetFields().Select(metadata.GetFieldDefinition))
        {
            field.DecodeSignature(collector, default);
            AddAttributes(field.GetCustomAttributes(), collector);
        }

        foreach (MethodDefinition method in type.GetMethods().Select(metadata.GetMethodDefinition))
        {
            method.DecodeSignature(collector, default);
            AddAttributes(method.GetCustomAttributes(), collector);
            AddConstraints(method.GetGenericParameters(), collector);
            if (method.RelativeVirtualAddress != 0) AddBody(file.GetMethodBody(method.RelativeVirtualAddress), collector);
        }

        return collector.Types;
    }

    private static void AddBody(MethodBodyBlock body, TypeCollector collector)
    {
        collector.Add(body.LocalSignature);
        foreach (ExceptionRegion region in body.ExceptionRegions) collector.Add(region.CatchType);
        foreach (EntityHandle token in InstructionTokens.Of(body)) collector.Add(token);
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes, TypeCollector collector)
    {
        foreach (CustomAttributeHandle attribute in attributes) collector.Add(metadata.GetCustomAttribute(attribute).Constructor);
    }

    private void AddConstraints(GenericParameterHandleCollection parameters, TypeCollector collector)
    {
        foreach (GenericParameter parameter in parameters.Select(metadata.GetGenericParameter))
        {
            foreach (GenericParameterConstraintHandle constraint in parameter.GetConstraints())
            {
                collector.Add(metadata.GetGenericParameterConstraint(constraint).Type);
            }
        }
    }

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle handle)
    {
        while (metadata.GetTypeDefinition(handle).GetDeclaringType() is { IsNil: false } declaring) handle = declaring;
        return handle;
    }

    private string NameOf(TypeDefinitionHandle handle) => metadata.GetString(metadata.GetTypeDefinition(handle).Name).Split('`')[0];
}
