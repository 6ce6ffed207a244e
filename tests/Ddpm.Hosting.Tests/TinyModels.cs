using Ddpm.Models;

namespace Ddpm.Hosting.Tests;

/// <summary>Small models of pictures.</summary>
internal static class TinyModels
{
    public static ProcessDescription Process { get; } =
        new() { Schedule = new LinearSchedule(20, 1e-3, 0.4), Prediction = "epsilon", Variance = "fixed_large" };

    /// <summary>A U-Net of 8 × 8 pixels that is compiled, with random weights.</summary>
    public static InferenceModel UNet(
        int? classes = null, int channels = 1, bool nullLabel = true, int[]? multipliers = null, ProcessDescription? process = null,
        int seed = 3, params NetworkCondition[] conditions)
    {
        var network = new UNetDescription(new UNetOptions
        {
            Height = 8,
            Width = 8,
            InChannels = channels,
            OutChannels = channels,
            BaseChannels = 8,
            ChannelMultipliers = [.. multipliers ?? [1, 2]],
            BlocksPerLevel = 1,
            AttentionResolutions = [4],
            NormGroups = 4,
            Dropout = 0,
            ClassCount = classes,
            ClassNames = classes == 3 ? ["Bag", "Boot", "Shirt"] : null,
            NullLabel = nullLabel,
            Conditions = [.. conditions],
        });
        return new InferenceModel(network, new RandomWeights(network, seed), process ?? Process);
    }

    private sealed class RandomWeights(INetworkDescription network, int seed) : IWeightSource
    {
        private readonly Dictionary<string, float[]> weights = Draw(network, seed);

        public ReadOnlySpan<float> Read(string name) => weights[name];

        private static Dictionary<string, float[]> Draw(INetworkDescription network, int seed)
        {
            var drawn = new Dictionary<string, float[]>();
            foreach ((int index, ParameterShape parameter) in NetworkGraph.Of(network).Parameters.Index())
            {
                var numbers = new float[parameter.Count];
                new CounterBasedRandom(seed, index, 0).FillNormal(numbers);
                float inputs = parameter.Shape.Length > 1 ? numbers.Length / (float)parameter.Shape[0] : 0;
                for (int i = 0; i < numbers.Length; i++)
                {
                    numbers[i] = inputs > 0 ? numbers[i] / MathF.Sqrt(inputs) : 0.5f + 0.1f * numbers[i];
                }

                drawn[parameter.Name] = numbers;
            }

            return drawn;
        }
    }
}
