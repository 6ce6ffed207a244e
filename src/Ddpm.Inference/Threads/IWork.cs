namespace Ddpm.Inference;

/// <summary>Work in parts that several threads do at once, in any order.</summary>
internal interface IWork
{
    /// <summary>Gets how many parts.</summary>
    int Parts { get; }

    /// <summary>Does a part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="thread">Which thread of the team does it: 0 is the caller.</param>
    void Execute(int part, int thread);
}
