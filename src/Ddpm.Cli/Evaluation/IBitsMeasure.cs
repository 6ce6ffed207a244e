using System.Collections.Immutable;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;

namespace Ddpm.Cli.Evaluation;

/// <summary>What bits/dim are: a bound, or a likelihood.</summary>
internal interface IBitsMeasure
{
    /// <summary>Gets the title of the report.</summary>
    string Title { get; }

    /// <summary>Gets the settings beside those that a report names itself.</summary>
    ImmutableSortedDictionary<string, string> Settings { get; }

    /// <summary>Says what so many images will cost, and refuses what cannot be done.</summary>
    /// <param name="images">The images of all data sets.</param>
    /// <param name="ranks">The processes that share them.</param>
    /// <param name="screen">Receives the estimate.</param>
    void Estimate(long images, ICommunicator ranks, Screen screen);

    /// <summary>Measures a data set.</summary>
    EvaluationReport Of(
        IDataset data, DatasetBoundOptions options, IProgress<BoundProgress> progress, ICommunicator ranks, CancellationToken stop);
}
