namespace Ddpm.Distributed.Mpi;

/// <summary>What a rank does with the others.</summary>
internal enum CallKind
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>A sum or a mean.</summary>
    Sum,

    /// <summary>A broadcast.</summary>
    Broadcast,

    /// <summary>The bytes of all ranks.</summary>
    AllGather,

    /// <summary>A barrier.</summary>
    Barrier,

    /// <summary>The end: it makes no calls after this one.</summary>
    Leave,

    /// <summary>The end of the watch itself.</summary>
    Farewell,
}
