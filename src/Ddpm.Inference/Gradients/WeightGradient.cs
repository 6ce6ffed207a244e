using System.Runtime.CompilerServices;

namespace Ddpm.Inference;

/// <summary>
/// The gradients of the weight and the bias of a 3×3 convolution, see <see cref="WinogradGradient"/>. A group of tiles after the other:
/// inputs and gradients are transformed, and the sums of their products added to those of the groups before; at the end the sums are
/// transformed into the weight's gradient.
/// </summary>
/// <remarks>
/// Groups are a function of the shape, each number is one sum in the order of the tiles, and sums of groups are added in order: the same
/// bits for every number of threads.
/// </remarks>
internal sealed unsafe class WeightGradient<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Sums are this long before they are added to those before, which also keeps digits; one vector of both matrices then fits beside the
    // other in a core's first cache.
    private const int MostTiles = 128;
    private const int TilesAtOnce = 8;
    private const int Gap = 3 * Plane.Block;

    private readonly Plane source, gradient;
    private readonly nint zeros;
    private readonly float* inputs, gradients, sums, weight, bias;
    private readonly int tilesDown, tilesAcross, tiles, groupTiles;

    /// <param name="source">The convolution's input; its channels are a multiple of 16, as the gradient's are.</param>
    /// <param name="gradient">The gradient of its result.</param>
    /// <param name="zeros">As many zeros as either has channels.</param>
    /// <param name="memory">Memory to compute in: <see cref="Floats"/>.</param>
    /// <param name="weight">The weight's gradient, [Cout, Cin, 3, 3].</param>
    /// <param name="bias">The bias's gradient, [Cout].</param>
    public WeightGradient(Plane source, Plane gradient, nint zeros, float* memory, float* weight, float* bias)
    {
        this.source = source;
        this.gradient = gradient;
        this.zeros = zeros;
        this.weight = weight;
        this.bias = bias;
        tilesDown = (source.Height + 1) / 2;
        tilesAcross = (source.Width + 1) / 2;
        tiles = source.Images * tilesDown * tilesAcross;
        groupTiles = Math.Min(tiles, MostTiles);
        inputs = memory;
        gradients = inputs + WinogradGradient.Products * InputMatrix;
        sums = gradients + WinogradGradient.Products * GradientMatrix;
    }

    // All matrices lie in blocks of 16 columns, each of which is contiguous.
    private long BlockFloats => (long)groupTiles * Plane.Block;

    private long InputMatrix => (long)groupTiles * source.Channels + Gap;

    private long GradientMatrix => (long)groupTiles * gradient.Channels + Gap;

    private long SumBlock => (long)source.Channels * Plane.Block;

    private long SumMatrix => (long)source.Channels * gradient.Channels + Gap;

    /// <summary>Returns how many numbers a shape needs to compute in.</summary>
    public static long Floats(int inputs, int outputs) =>
        WinogradGradient.Products * (MostTiles * (inputs + (long)outputs) + (long)inputs * outputs + 3 * Gap);

    /// <summary>Computes both gradients.</summary>
    public void Run(WorkerTeam team)
    {
        for (int first = 0; first < tiles; first += groupTiles)
        {
            int count = Math.Min(groupTiles, tiles - first);
            team.Run(new Transforms(this, first, count));
            team.Run(new Products(this, count, first > 0));
        }

        team.Run(new Results(this));
    }

    // Both matrices of some tiles.
    private sealed class Transforms(WeightGradient<TLanes> all, int first, int count) : IWork
    {
        public int Parts => (count + TilesAtOnce - 1) / TilesAtOnce;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int part, int thread)
        {
            float** pixels = stackalloc float*[16];
            var locator = new TileLocator<WinogradTiles>(all.source, all.tilesDown, all.tilesAcross, all.zeros);
            int channels = all.source.Channels, outputs = all.gradient.Channels, end = Math.Min(count, (part + 1) * TilesAtOnce);
            long inputMatrix = all.InputMatrix, gradientMatrix = all.GradientMatrix;
            for (int tile = part * TilesAtOnce; tile < end; tile++)
            {
                locator.Locate(first + tile, pixels);
                float* to = all.inputs + (long)tile * Plane.Block;
                for (int channel = 0; channel < channels; channel += TLanes.Count)
                {
                    WinogradTiles.Transform<TLanes>(pixels, channel, to + Place(channel), inputMatrix, null);
                }

                Locate(first + tile, pixels);
                to = all.gradients + (long)tile * Plane.Block;
                for (int channel = 0; channel < outputs; channel += TLanes.Count)
                {
                    WinogradGradient.Transform<TLanes>(pixels, channel, to + Place(channel), gradientMatrix);
                }
            }
        }

        private long Place(int channel) => channel / Plane.Block * all.BlockFloats + channel % Plane.Block;

        // The 2×2 pixels of a tile's result; zeros below and right of an image of odd size.
        private void Locate(int tile, float** pixels)
        {
            int line = tile / all.tilesAcross, x = tile % all.tilesAcross * 2, y = line % all.tilesDown * 2, width = all.gradient.Width;
            float* pixel = all.gradient.Image(line / all.tilesDown) + ((long)y * width + x) * all.gradient.Stride,
                none = (float*)all.zeros, below = pixel + (long)width * all.gradient.Stride;
            bool right = x + 1 < width, bottom = y + 1 < all.gradient.Height;
            pixels[0] = pixel;
            pixels[1] = right ? pixel + all.gradient.Stride : none;
            pixels[2] = bottom ? below : none;
            pixels[3] = right && bottom ? below + all.gradient.Stride : none;
        }
    }

    // Some vectors of columns of one product's sums.
    private sealed class Products(WeightGradient<TLanes> all, int count, bool add) : IWork
    {
        private static readonly int PanelColumns = OuterProductKernel<TLanes>.VectorsAtOnce * TLanes.Count;

        private readonly int panels = (all.gradient.Channels + PanelColumns - 1) / PanelColumns;

        public int Parts => WinogradGradient.Products * panels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Execute(int part, int thread)
        {
            int product = part / panels, column = part % panels * PanelColumns, block = column / Plane.Block,
                offset = column % Plane.Block;
            bool isLong = TLanes.Count == Plane.Block;
            float* right = all.gradients + product * all.GradientMatrix + block * all.BlockFloats + offset;
            var sums = new OuterProduct
            {
                Left = all.inputs + product * all.InputMatrix,
                LeftStride = Plane.Block,
                Right = right,
                RightStride = Plane.Block,
                Vectors = Math.Min(PanelColumns, all.gradient.Channels - column) / TLanes.Count,
                Next = isLong ? (nint)all.BlockFloats : TLanes.Count,
                Rows = count,
                Target = all.sums + product * all.SumMatrix + block * all.SumBlock + offset,
                TargetStride = Plane.Block,
                TargetNext = isLong ? (nint)all.SumBlock : TLanes.Count,
                Add = add,
            };
            for (int input = 0; input < all.source.Channels; input += Plane.Block)
            {
                OuterProductKernel<TLanes>.Run(sums);
                sums.Left += all.BlockFloats;
                sums.Target += Plane.Block * Plane.Block;
            }

            if (product != WinogradGradient.SumProduct) return;
            for (int vector = 0; vector < sums.Vectors; vector++) Bias(right + vector * sums.Next, column + vector * TLanes.Count);
        }

        private void Bias(float* right, int column)
        {
            TLanes sum = TLanes.Create(0);
            for (int tile = 0; tile < count; tile++) sum += TLanes.Load(right + (long)tile * Plane.Block);
            if (add) sum += TLanes.Load(all.bias + column);
            TLanes.Store(sum, all.bias + column);
        }
    }

    // The gradients of some outputs' weights.
    private sealed class Results(WeightGradient<TLanes> all) : IWork
    {
        private const int Taps = 9;

        public int Parts => all.gradient.Channels / Plane.Block;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        [SkipLocalsInit]
        public void Execute(int part, int thread)
        {
            float* side = stackalloc float[Taps * TLanes.Count];
            int inputs = all.source.Channels;
            float* sums = all.sums + part * all.SumBlock;
            for (int input = 0; input < inputs; input++)
            {
                for (int output = 0; output < Plane.Block; output += TLanes.Count, sums += TLanes.Count)
                {
                    WinogradGradient.InverseTransform<TLanes>(sums, all.SumMatrix, side);
                    float* to = all.weight + ((part * (long)Plane.Block + output) * inputs + input) * Taps;
                    for (int lane = 0; lane < TLanes.Count; lane++, to += (long)Taps * inputs)
                    {
                        for (int tap = 0; tap < Taps; tap++) to[tap] = side[tap * TLanes.Count + lane];
                    }
                }
            }
        }
    }
}
