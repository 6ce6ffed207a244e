using Ddpm.Core;
using Ddpm.Inference;

namespace Ddpm.HostingLoad;

/// <summary>A model whose network costs nothing, so that what is measured is the service.</summary>
internal static class TinyModel
{
    /// <summary>Creates the model.</summary>
    public static InferenceModel Create() => new(
        new Halving(),
        new ProcessDescription { Schedule = new LinearSchedule(100, 1e-3, 0.2), Prediction = "epsilon", Variance = "fixed_large" },
        [1, 8, 8]);

    private sealed class Halving : ISpanNetwork
    {
        public int SpatialDimensions => 2;

        public int InChannels => 1;

        public int OutChannels => 1;

        public void Predict(
            ReadOnlySpan<float> x, ReadOnlySpan<int> shape, ReadOnlySpan<float> timesteps, ReadOnlySpan<long> labels,
            Span<float> prediction)
        {
            for (int i = 0; i < x.Length; i++) prediction[i] = 0.5f * x[i];
        }
    }
}
