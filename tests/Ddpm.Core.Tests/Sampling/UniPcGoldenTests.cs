using System.Text.Json;
using static TorchSharp.torch;

namespace Ddpm.Core.Tests.Sampling;

/// <summary>Whole runs of UniPC at every order, against diffusers with float64 tables.</summary>
public sealed class UniPcGoldenTests
{
    private static readonly JsonElement File = Golden.Load("02_scheduler_unipc.json");

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, File.GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Steps_PublishedRun_GiveItsStates(int index)
    {
        JsonElement golden = File.GetProperty("cases")[index];
        using var scope = NewDisposeScope();
        // diffusers runs down, schedules run up.
        int[] timesteps = [.. golden.GetProperty("timesteps").Integers().Reverse()];
        var process = new ReverseDiffusion(
            new RespacedSchedule(new LinearSchedule(), timesteps), new ReverseDiffusionOptions { Clipping = X0Clipping.None });
        var sampler = new UniPcSampler(Network.Instance, process, golden.Integer("solver_order"));
        double[] sample = File.GetProperty("sample").Numbers();
        var request = new SamplingRequest
        {
            Count = 1,
            SampleShape = [sample.Length],
            Noise = new PerSampleNoise(0),
            ElementType = float64,
            Start = new SamplingStart(tensor(sample).unsqueeze(0), timesteps.Length - 1),
        };

        double[][] states = [.. sampler.Steps(request).Skip(1).Select(state => state.X.Values())];

        states.Length.Should().Be(timesteps.Length);
        foreach ((double[] actual, JsonElement expected) in states.Zip(golden.GetProperty("states").EnumerateArray()))
        {
            actual.ShouldBeClose(expected.Numbers(), 1e-10, 1e-10, "prev_sample");
        }
    }

    private sealed class Network : IEpsilonModel
    {
        public static Network Instance { get; } = new();

        public Tensor Predict(Tensor xt, Tensor t)
        {
            using var scope = NewDisposeScope();
            return (0.8 * (1.3 * xt).tanh() + 0.1 * (t.to_type(float64) / 100).cos().unsqueeze(1)).MoveToOuterDisposeScope();
        }
    }
}
