using System.Collections.Immutable;
using System.Globalization;
using Ddpm.Cli.Output;
using Ddpm.Core;
using Ddpm.Data;
using Ddpm.Evaluation;
using Ddpm.Models;

namespace Ddpm.Cli.Evaluation;

/// <summary>Bits/dim as the exact likelihood by the probability flow.</summary>
internal sealed class FlowMeasure(DequantizedLikelihood likelihood, UNetOptions network, BoundCommandOptions options) : IBitsMeasure
{
    private readonly FlowOptions choice = options.Flow;

    public string Title => "Likelihood by the probability flow";

    public ImmutableSortedDictionary<string, string> Settings
    {
        get
        {
            ImmutableSortedDictionary<string, string> settings = ImmutableSortedDictionary<string, string>.Empty
                .Add("ode", "heun")
                .Add("steps", likelihood.Flow.Process.Coefficients.Timesteps.ToString(CultureInfo.InvariantCulture))
                .Add("dequantization", choice.Dequantization ?? FlowOptions.Uniform)
                .Add("divergence", choice.Divergence ?? FlowOptions.Hutchinson);
            return choice.IsExact
                ? settings
                : settings
                    .Add("probes", likelihood.Flow.Divergence.Probes.ToString(CultureInfo.InvariantCulture))
                    .Add("probe-distribution", choice.ProbeDistribution ?? FlowOptions.Rademacher);
        }
    }

    public void Estimate(long images, ICommunicator ranks, Screen screen)
    {
        FlowEstimate? estimate = null;
        ranks.OnFirstRank(() =>
        {
            double speed = NetworkCost.MeasureSpeed(likelihood.Options.Device);
            estimate = FlowEstimate.Of(network, likelihood, images, options.BatchSize, ranks.WorldSize, speed);
            if (!options.Force) estimate.Require(options);
        });
        if (estimate is not null) screen.Line(estimate.Text);
    }

    public EvaluationReport Of(
        IDataset data, DatasetBoundOptions batches, IProgress<BoundProgress> progress, ICommunicator ranks, CancellationToken stop) =>
        EvaluationReport.Of(Title, DatasetLikelihood.Evaluate(likelihood, data, batches, progress, ranks, stop));
}
