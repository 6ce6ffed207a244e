using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Distributed.Mpi.Tests;

/// <summary>
/// Every number of a tensor is passed once, in order, wherever it lies, and what is written comes back; nothing beside it is touched.
/// </summary>
public sealed class TensorMemoryTests
{
    public static TheoryData<string, int> Cases() => new()
    {
        { "whole", 1 << 28 },
        { "whole", 16 }, // four floats a piece
        { "offset", 16 },
        { "strided", 16 },
        { "scalar", 16 },
        { "empty", 16 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Use_AnyLayout_PassesEachNumberOnce(string layout, int pieceBytes)
    {
        using var scope = NewDisposeScope();
        Tensor owner = arange(60, dtype: float32).reshape(6, 10);
        Tensor part = Part(owner, layout);
        float[] expected = part.clone().reshape(-1).data<float>().ToArray();
        Tensor after = owner.clone();
        Part(after, layout).neg_();
        using var memory = new TensorMemory(isCudaAware: false, pieceBytes);
        var seen = new List<float>();

        memory.Use(part, (address, bytes) =>
        {
            bytes.Should().BeInRange(1, pieceBytes);
            float[] piece = new float[bytes / sizeof(float)];
            Marshal.Copy(address, piece, 0, piece.Length);
            seen.AddRange(piece);
            Marshal.Copy([.. piece.Select(value => -value)], 0, address, piece.Length);
        });

        seen.Should().Equal(expected);
        owner.data<float>().ToArray().Should().Equal(after.data<float>().ToArray());
    }

    [Fact]
    public void Use_ManyTimes_LeavesNoTensor()
    {
        using Tensor tensor = zeros(8, 8);
        using Tensor strided = tensor.t();
        using var memory = new TensorMemory(isCudaAware: false, 16);
        DisposeScopeManager.Statistics.Reset();
        for (int i = 0; i < 10; i++) memory.Use(strided, (_, _) => { });
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(0);
    }

    private static Tensor Part(Tensor whole, string layout) => layout switch
    {
        "offset" => whole.narrow(0, 2, 3),
        "strided" => whole.t().narrow(0, 3, 4),
        "scalar" => whole[3][4],
        "empty" => whole.narrow(0, 2, 0),
        _ => whole,
    };
}
