using System.Globalization;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using Ddpm.Plotting;
using static TorchSharp.torch;

namespace Ddpm.Experiments;

/// <summary>Samples of a class each, by the published model, at several scales of classifier-free guidance (arXiv:2207.12598).</summary>
internal static class GuidanceTable
{
    public const string Name = "guidance";

    private const string Agreement = "class told";

    public static void Make(Experiment experiment)
    {
        using FashionMnist data = experiment.Data(halved: false);
        using var measures = new SampleMeasures(experiment, data);
        using TrainedModel model = PublishedModel.Load(experiment);
        model.Network.eval();
        ReverseDiffusion process = PublishedModel.Process(model, experiment.Budget.GuidedSteps);
        ResultStore results = experiment.Results(Name);
        int count = experiment.Budget.GuidedSamples;
        long[] labels = [.. Enumerable.Range(0, count).Select(k => (long)(k % Classifier.Classes))];
        foreach (double scale in new[] { 1.0, 2, 4 })
        {
            results.Row(string.Create(CultureInfo.InvariantCulture, $"scale {scale}"), () =>
            {
                IEpsilonModel guided = scale == 1 ? model.Network : new GuidedModel(model.Network, scale);
                using Tensor drawn = new DdpmSampler(guided, process).Sample(
                    new SamplingRequest
                    {
                        Count = count,
                        SampleShape = data.Train.Shape,
                        BatchSize = 80,
                        Labels = labels,
                        Noise = new PerSampleNoise(experiment.Seed),
                    }, cancellationToken: experiment.Stop);
                using Tensor samples = PixelConversion.ToBytes(drawn), classes = tensor(labels);
                using (Tensor shown = samples.narrow(0, 0, Math.Min(80, count)))
                {
                    experiment.SaveGrid(
                        shown,
                        Titles(scale, model),
                        string.Create(CultureInfo.InvariantCulture, $"classes-scale-{scale}.png"));
                }

                experiment.Tell($"guidance {scale}: {measures.Agreement(samples, classes):P1} told");
                return new ResultRow(measures.Of(samples).Add(Agreement, new Measured(measures.Agreement(samples, classes))));
            });
        }

        experiment.Publish(
            Name,
            MarkdownTable.Of(
                results.Rows,
                (Agreement, "F3"),
                (SampleMeasures.Fid, "F2"),
                (SampleMeasures.FidTest, "F2"),
                (SampleMeasures.Score, "F2"),
                (SampleMeasures.Precision, "F2"),
                (SampleMeasures.Recall, "F2")));
    }

    private static LabelledGridOptions Titles(double scale, TrainedModel model) => Experiment.Grid with
    {
        Title = string.Create(CultureInfo.InvariantCulture, $"Guidance of scale {scale}"),
        ColumnTitles =
        [
            .. Enumerable.Range(0, Classifier.Classes)
                .Select(label => model.ClassNames?[label] ?? label.ToString(CultureInfo.InvariantCulture)),
        ],
        FontSize = 10,
    };
}
