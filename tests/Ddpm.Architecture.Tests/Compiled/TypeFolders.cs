using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Ddpm.Architecture.Tests.Compiled;

/// <summary>Finds the folder in which each type is written, from the documents that the portable PDB names.</summary>
internal static class TypeFolders
{
    /// <summary>Names the folder of files that lie in none.</summary>
    public const string Top = "(top)";

    /// <summary>The PDB lists the documents of types without method bodies, such as interfaces and enums, under this kind.</summary>
    private static readonly Guid TypeDefinitionDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    /// <summary>
    /// Maps each outermost type whose file lies below <paramref name="root"/> to its folder there. Types of generated files are left out.
    /// </summary>
    public static Dictionary<TypeDefinitionHandle, string> Read(MetadataReader metadata, string assembly, string root)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly, ".pdb")));
        MetadataReader symbols = provider.GetMetadataReader();
        Dictionary<TypeDefinitionHandle, string> folders = [];
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinitionHandle outermost = handle;
            while (metadata.GetTypeDefinition(outermost).GetDeclaringType() is { IsNil: false } declaring) outermost = declaring;
            foreach (DocumentHandle document in Documents(metadata, symbols, handle))
            {
                string path = symbols.GetString(symbols.GetDocument(document).Name).Replace('\\', '/');
                if (FolderBelow(root, path) is { } folder) folders.TryAdd(outermost, folder);
            }
        }

        return folders;
    }

    private static IEnumerable<DocumentHandle> Documents(MetadataReader metadata, MetadataReader symbols, TypeDefinitionHandle type) =>
        DocumentsWithoutBodies(symbols, type).Concat(metadata.GetTypeDefinition(type).GetMethods()
            .Select(method => symbols.GetMethodDebugInformation(method).Document).Where(document => !document.IsNil));

    private static List<DocumentHandle> DocumentsWithoutBodies(MetadataReader symbols, TypeDefinitionHandle type)
    {
        List<DocumentHandle> documents = [];
        foreach (CustomDebugInformationHandle handle in symbols.GetCustomDebugInformation(type))
        {
            CustomDebugInformation information = symbols.GetCustomDebugInformation(handle);
            if (symbols.GetGuid(information.Kind) != TypeDefinitionDocuments) continue;
            BlobReader rows = symbols.GetBlobReader(information.Value);
            while (rows.RemainingBytes > 0) documents.Add(MetadataTokens.DocumentHandle(rows.ReadCompressedInteger()));
        }

        return documents;
    }

    private static string? FolderBelow(string root, string path)
    {
        // The last place: the repository itself may lie below folders of the same names.
        int at = path.LastIndexOf(root, StringComparison.Ordinal);
        if (at < 0) return null;
        string relative = path[(at + root.Length)..];
        if (relative.StartsWith("obj/", StringComparison.Ordinal)) return null;
        int end = relative.LastIndexOf('/');
        return end < 0 ? Top : relative[..end];
    }
}
