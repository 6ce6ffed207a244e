using Ddpm.Core;
using Ddpm.Evaluation;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

namespace Ddpm.MpiWorker;

/// <summary>Samples and their statistics, shared by the ranks.</summary>
internal static class Sampling
{
    public static void Sample(ICommunicator ranks, string file)
    {
        using UNet network = Network();
        using Tensor own = Sampler(network).Sample(Request.ShardFor(ranks));
        using Tensor all = ranks.ConcatenateRows(own);
        Voice.Say(ranks, $"{own.size(0)} of {all.size(0)}");
        ranks.OnFirstRank(() => File.WriteAllBytes(file, all.bytes.ToArray()));
    }

    public static void Evaluate(ICommunicator ranks, string file)
    {
        using UNet network = Network();
        IEnumerable<Tensor> images = Sampler(network).Batches(Request.ShardFor(ranks)).Select(batch =>
        {
            using (batch) return PixelConversion.ToBytes(batch.Samples);
        });
        using FeatureStatistics statistics = FeatureExtraction.Statistics(new PixelFeatures(), images, ranks);
        Voice.Say(ranks, $"{statistics.Count} images");
        ranks.OnFirstRank(() => File.WriteAllBytes(file, [.. statistics.Mean.bytes, .. statistics.Covariance.bytes]));
    }

    // 11 samples of which one is done already: no number of ranks divides what is left, and a class for each.
    private static SamplingRequest Request => new()
    {
        Count = 11,
        SampleShape = [1, 8, 8],
        Noise = new PerSampleNoise(7),
        FirstSample = 100,
        BatchSize = 2,
        Skip = new HashSet<long> { 103 },
        Labels = [.. Enumerable.Range(0, 11).Select(i => i % 3L)],
    };

    private static DdpmSampler Sampler(UNet network) => new(network, new ReverseDiffusion(new LinearSchedule(10, 1e-3, 0.3)));

    private static UNet Network()
    {
        var network = new UNet(
            new UNetOptions
            {
                Height = 8,
                Width = 8,
                InChannels = 1,
                OutChannels = 1,
                BaseChannels = 8,
                ChannelMultipliers = [1, 2],
                BlocksPerLevel = 1,
                AttentionResolutions = [],
                NormGroups = 4,
                Dropout = 0,
                ClassCount = 3,
            },
            seed: 3);
        network.eval();
        return network;
    }
}
