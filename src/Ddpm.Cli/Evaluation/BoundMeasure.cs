using System.Collections.Immutable;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;

namespace Ddpm.Cli.Evaluation;

/// <summary>Bits/dim as the variational bound.</summary>
internal sealed class BoundMeasure(VariationalBound bound, bool exactDecoder) : IBitsMeasure
{
    public string Title => "Variational bound";

    public ImmutableSortedDictionary<string, string> Settings { get; } =
        ImmutableSortedDictionary<string, string>.Empty.Add("decoder", exactDecoder ? "exact" : "discretized");

    /// <summary>Gets the bound of the first data set; null before there is one.</summary>
    public BoundReport? First { get; private set; }

    public void Estimate(long images, ICommunicator ranks, Screen screen)
    {
    }

    public EvaluationReport Of(
        IDataset data, DatasetBoundOptions options, IProgress<BoundProgress> progress, ICommunicator ranks, CancellationToken stop)
    {
        BoundReport report = DatasetBound.Evaluate(bound, data, options, progress, ranks, stop);
        First ??= report;
        return EvaluationReport.Of(Title, report);
    }
}
