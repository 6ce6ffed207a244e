using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Ddpm.Architecture.Tests.Compiled;

/// <summary>Collects the types of one assembly that tokens and signatures name.</summary>
internal sealed class TypeCollector(MetadataReader metadata) : ISignatureTypeProvider<ValueTuple, ValueTuple>
{
    public HashSet<TypeDefinitionHandle> Types { get; } = [];

    public void Add(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                Types.Add((TypeDefinitionHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, default);
                break;
            case HandleKind.MethodDefinition:
                Types.Add(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Types.Add(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                Add(metadata.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification method = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Add(method.Method);
                method.DecodeSignature(this, default);
                break;
            case HandleKind.StandaloneSignature:
                StandaloneSignature signature = metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle);
                if (signature.GetKind() == StandaloneSignatureKind.LocalVariables) signature.DecodeLocalSignature(this, default);
                else signature.DecodeMethodSignature(this, default);
                break;
        }
    }

    public ValueTuple GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Types.Add(handle);
        return default;
    }

    public ValueTuple GetTypeFromSpecification(
        MetadataReader reader, ValueTuple genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    // The rest is made of these two.
    public ValueTuple GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => default;
    public ValueTuple GetArrayType(ValueTuple elementType, ArrayShape shape) => default;
    public ValueTuple GetByReferenceType(ValueTuple elementType) => default;
    public ValueTuple GetFunctionPointerType(MethodSignature<ValueTuple> signature) => default;
    public ValueTuple GetGenericInstantiation(ValueTuple genericType, ImmutableArray<ValueTuple> typeArguments) => default;
    public ValueTuple GetGenericMethodParameter(ValueTuple genericContext, int index) => default;
    public ValueTuple GetGenericTypeParameter(ValueTuple genericContext, int index) => default;
    public ValueTuple GetModifiedType(ValueTuple modifier, ValueTuple unmodifiedType, bool isRequired) => default;
    public ValueTuple GetPinnedType(ValueTuple elementType) => default;
    public ValueTuple GetPointerType(ValueTuple elementType) => default;
    public ValueTuple GetPrimitiveType(PrimitiveTypeCode typeCode) => default;
    public ValueTuple GetSZArrayType(ValueTuple elementType) => default;
}
