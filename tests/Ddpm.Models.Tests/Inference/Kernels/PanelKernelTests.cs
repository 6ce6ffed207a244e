using static TorchSharp.torch;

namespace Ddpm.Models.Tests.Inference.Kernels;

/// <summary>The kernel against sums in float64, with vectors of every width, whatever this machine would choose.</summary>
public sealed unsafe class PanelKernelTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>();
        // Whole blocks of rows, all that a block may lack, and a single vector of columns.
        foreach (int rows in new[] { 1, 3, 4, 5, 7, 8, 9, 12, 16, 23 }) shapes.Add(16, rows, 32);
        foreach (int rows in new[] { 1, 4, 8, 11 }) shapes.Add(16, rows, 16);
        foreach (int rows in new[] { 1, 4, 5, 6, 10, 11, 12, 17, 30 }) shapes.Add(16, rows, 64);
        foreach (int rows in new[] { 1, 3, 4, 5, 8, 10 }) shapes.Add(8, rows, 16);
        foreach (int rows in new[] { 1, 3, 4, 5, 8, 10 }) shapes.Add(4, rows, 8);
        foreach (int rows in new[] { 1, 3, 4, 5, 8, 10 }) shapes.Add(1, rows, 2);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_RowsOfPieces_IsTheSum(int lanes, int rows, int columns)
    {
        foreach (bool all in new[] { false, true })
        {
            switch (lanes)
            {
                case 16: Compare<Lanes512>(rows, columns, all); break;
                case 8: Compare<Lanes256>(rows, columns, all); break;
                case 4: Compare<Lanes128>(rows, columns, all); break;
                default: Compare<Lanes32>(rows, columns, all); break;
            }
        }
    }

    private static void Compare<TLanes>(int rows, int columns, bool all)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        int[] depths = [5, 1, 17];
        int block = PanelKernel<TLanes>.RowsOf(columns), depth = depths.Sum(), blocks = (rows + block - 1) / block;
        const int offset = 2;
        // Each row's pieces lie anywhere: here in reverse order.
        Tensor numbers = randn([blocks * block, depth + offset], float32, generator: generator),
            panel = randn([depth, columns], float32, generator: generator);
        Tensor bias = randn(columns, float32, generator: generator), residual = randn([rows, columns + 3], float32, generator: generator),
            target = full([rows, columns + 3], 7f);
        float** pieces = stackalloc float*[blocks * block * depths.Length];
        for (int row = 0; row < blocks * block; row++)
        {
            float* end = (float*)TensorMemory.Address(numbers) + (long)(row + 1) * (depth + offset);
            for (int piece = 0; piece < depths.Length; piece++)
            {
                end -= depths[piece];
                // The kernel adds the offset.
                pieces[(row / block * depths.Length + piece) * block + row % block] = end - offset;
            }
        }

        fixed (int* pieceDepths = depths)
        {
            var product = new PanelProduct
            {
                Pieces = pieces,
                Offset = offset,
                PieceCount = depths.Length,
                Depths = pieceDepths,
                Panel = (float*)TensorMemory.Address(panel),
                Ahead = all ? (void*)TensorMemory.Address(panel) : null,
                Then = all ? (void*)TensorMemory.Address(numbers) : null,
                Bias = all ? (float*)TensorMemory.Address(bias) : null,
                Residual = all ? (float*)TensorMemory.Address(residual) : null,
                Scale = all ? 0.5f : 1,
                Target = (float*)TensorMemory.Address(target),
                TargetStride = columns + 3,
                Count = rows,
            };
            PanelKernel<TLanes>.Run(product, columns);
        }

        // [17 | 1 | 5] from the end: the pieces in the order in which the panel has their lines.
        Tensor[] parts = numbers.narrow(1, offset, depth).to(float64).split([depths[2], depths[1], depths[0]], 1);
        Tensor expected = cat([parts[2], parts[1], parts[0]], 1).narrow(0, 0, rows).mm(panel.to(float64));
        if (all) expected = (expected + bias.to(float64) + residual.narrow(1, 0, columns).to(float64)) * 0.5;
        (target.narrow(1, 0, columns).to(float64) - expected).abs().max().item<double>().Should().BeLessThan(1e-5);
        target.narrow(1, columns, 3).eq(7).all().item<bool>().Should().BeTrue("nothing else is written");
    }
}
