namespace Ddpm.Inference;

/// <summary>
/// Several numbers computed with at once: the width of the machine's vectors. Kernels are written once over this and compiled for each
/// width; one number at a time serves the rest of a row, and machines without vectors.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Gets how many numbers.</summary>
    static abstract int Count { get; }

    static abstract TSelf Create(float value);

    static abstract TSelf Load(float* source);

    /// <summary>Reads bfloat16.</summary>
    static abstract TSelf Load(BFloat16* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Writes bfloat16, rounded to the nearest, ties to even.</summary>
    static abstract void Store(TSelf value, BFloat16* target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>Returns a b + c, rounded once where the machine can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Clamp(TSelf value, TSelf least, TSelf most);

    /// <summary>Returns 2^n for whole numbers n from -126 to 127.</summary>
    static abstract TSelf PowerOfTwo(TSelf n);
}
