using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace Ddpm.Onnx.Tests.Export;

/// <summary>Runs exported models by ONNX Runtime alone, as a stranger would.</summary>
internal static class OnnxRuntimeAnswer
{
    /// <summary>Predicts.</summary>
    /// <param name="path">The model.</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">The timesteps.</param>
    /// <param name="given">The classes and the conditions.</param>
    /// <param name="level">How the runtime changes the graph.</param>
    public static Tensor Of(
        string path, Tensor x, Tensor t, BatchConditions given, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using var options = new SessionOptions { GraphOptimizationLevel = level };
        using var session = new InferenceSession(path, options);
        var inputs = new Dictionary<string, OrtValue>
        {
            ["sample"] = OrtValue.CreateTensorValueFromMemory(x.data<float>().ToArray(), x.shape),
            ["timestep"] = OrtValue.CreateTensorValueFromMemory(t.data<long>().ToArray(), t.shape),
        };
        foreach ((string name, Tensor value) in given.Tensors)
        {
            inputs[$"condition_{name}"] = OrtValue.CreateTensorValueFromMemory(value.data<float>().ToArray(), value.shape);
        }

        if (given.Labels is { } labels) inputs["label"] = OrtValue.CreateTensorValueFromMemory(labels.data<long>().ToArray(), labels.shape);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, inputs, ["prediction"]);
        foreach (OrtValue input in inputs.Values) input.Dispose();
        long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
        return tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), shape);
    }

    /// <summary>How far an answer is from the network's in float64, in units of its largest number or of 1.</summary>
    public static double Error(string path, DescribedNetwork network, Tensor x, Tensor t, BatchConditions given,
        GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor actual = Of(path, x, t, given, level);
        network.to(float64);
        // libtorch in float32 is no reference: a norm of few numbers may divide rounding by rounding.
        Tensor expected = network.Predict(x.to(float64), t, given);
        network.to(float32);
        actual.shape.Should().Equal(expected.shape);
        return (actual.to(float64) - expected).abs().max().item<double>() / Math.Max(1, expected.abs().max().item<double>());
    }
}
