using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Ddpm.Models;

/// <summary>What compiled networks log.</summary>
internal static partial class InferenceLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Compiled the network for {Batch} × {Height} × {Width} with {Weights} " +
        "weights, {Milliseconds:F0} ms: {Paths}")]
    public static partial void NetworkCompiled(
        this ILogger logger, long batch, long height, long width, WeightPrecision weights, double milliseconds, string paths);

    [LoggerMessage(Level = LogLevel.Information, Message = "Copied the weights to {Type}, in which libtorch computes the predictions")]
    public static partial void NetworkCopied(this ILogger logger, ScalarType type);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Layer {Layer} {Shape}: one of the {Path}")]
    public static partial void LayerPlanned(this ILogger logger, string layer, LayerPath shape, string path);

    [LoggerMessage(Level = LogLevel.Information, Message = "The network predicts without compilation: {Reason}")]
    public static partial void NetworkNotCompiled(this ILogger logger, string reason);
}
