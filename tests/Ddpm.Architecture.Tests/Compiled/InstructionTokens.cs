using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Ddpm.Architecture.Tests.Compiled;

/// <summary>Reads the metadata tokens out of a method's instructions.</summary>
internal static class InstructionTokens
{
    private const byte TwoByteOperation = 0xFE;

    private static readonly FrozenDictionary<ushort, OperandType> Operands =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!)
            .ToFrozenDictionary(code => (ushort)code.Value, code => code.OperandType);

    public static IEnumerable<EntityHandle> Of(MethodBodyBlock body)
    {
        BlobReader instructions = body.GetILReader();
        List<EntityHandle> tokens = [];
        while (instructions.RemainingBytes > 0)
        {
            ushort operation = instructions.ReadByte();
            if (operation == TwoByteOperation) operation = (ushort)(operation << 8 | instructions.ReadByte());
            switch (Operands[operation])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok:
                case OperandType.InlineType or OperandType.InlineSig:
                    tokens.Add(MetadataTokens.EntityHandle(instructions.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    // In two statements: the offset must be read after the count.
                    int targets = instructions.ReadInt32();
                    instructions.Offset += sizeof(int) * targets;
                    break;
                case OperandType other:
                    instructions.Offset += Size(other);
                    break;
            }
        }

        return tokens;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineBrTarget or OperandType.InlineI or OperandType.InlineString or OperandType.ShortInlineR => 4,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => throw new BadImageFormatException($"An operand must be of a known kind, but is {operand}."),
    };
}
