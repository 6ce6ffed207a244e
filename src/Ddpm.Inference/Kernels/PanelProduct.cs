namespace Ddpm.Inference;

/// <summary>What <see cref="PanelKernel{TLanes}"/> computes: rows, each a list of pieces of memory, times one panel of a matrix.</summary>
internal unsafe struct PanelProduct
{
    /// <summary>
    /// Where the rows' pieces begin: [blocks of rows, pieces, <see cref="PanelKernel{TLanes}.Rows"/>]. A 3×3 convolution has nine pieces
    /// for a pixel, one under each of its weights; a matrix product has one. Those that fill the last block up must be readable.
    /// </summary>
    public float** Pieces;

    /// <summary>How many numbers after its address each piece begins.</summary>
    public long Offset;

    /// <summary>How many pieces a row has.</summary>
    public int PieceCount;

    /// <summary>How many numbers each of the pieces has.</summary>
    public int* Depths;

    /// <summary>The panel: for each number of a row, in order, as many weights as the panel has columns; float32 or bfloat16.</summary>
    public void* Panel;

    /// <summary>
    /// The weights that are needed next, as many as the panel has. They are fetched meanwhile, a line of the caches with each line of the
    /// panel, for processors that fetch ahead by themselves stop at the end of a page. Null for none.
    /// </summary>
    public void* Ahead;

    /// <summary>
    /// The rows that are needed next, as many as these and one after the other, which are fetched after the weights. Null for none.
    /// </summary>
    public void* Then;

    /// <summary>What is added to each column; null for nothing.</summary>
    public float* Bias;

    /// <summary>What is added to each result, as far apart as the results are; null for nothing.</summary>
    public float* Residual;

    /// <summary>What all is multiplied by at the end.</summary>
    public float Scale;

    /// <summary>Where the first row's results go.</summary>
    public float* Target;

    /// <summary>From one row's results to the next, in numbers.</summary>
    public int TargetStride;

    /// <summary>How many rows.</summary>
    public int Count;
}
