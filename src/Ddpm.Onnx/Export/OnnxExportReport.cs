using System.Collections.Immutable;

namespace Ddpm.Onnx;

/// <summary>What an export wrote.</summary>
/// <param name="Files">The files: the model, its tables as JSON, its card, and its weights where they lie beside it.</param>
/// <param name="Bytes">The bytes of the model, with its weights.</param>
/// <param name="Parameters">How many numbers the network has.</param>
/// <param name="Metadata">What the model says of itself.</param>
public sealed record OnnxExportReport(ImmutableArray<string> Files, long Bytes, long Parameters, OnnxMetadata Metadata);
