using System.Globalization;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Onnx;

// ONNX Runtime without libtorch. OnnxDrawing export FOLDER MODEL makes an ONNX model of a model folder; OnnxDrawing MODEL PICTURE STEPS
// [COUNT] draws with it, all pictures in one batch, and writes the first. Given a folder instead of a model, plans of Ddpm.Inference draw,
// and the runtime's native library is never loaded.
if (args is ["export", string folder, string target])
{
    OnnxExport.Save(target, folder);
    return;
}

using InferenceModel model = Directory.Exists(args[0]) ? InferenceModel.Load(args[0]) : OnnxInference.Load(args[0]);
int steps = int.Parse(args[2], CultureInfo.InvariantCulture);
int count = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 1;
using InferenceSampler sampler = model.CreateSampler(SamplingMethod.DpmSolver, new InferenceSamplerOptions { Steps = steps });
long[]? labels = model.Network.ClassCount > 0 ? new long[count] : null;
float[] samples = sampler.Sample(new InferenceRequest { Count = count, Seed = 1, Labels = labels });
int channels = model.Network.InChannels, height = model.SampleShape!.Value[1], width = model.SampleShape.Value[2];
var pixels = new byte[samples.Length / count];
PixelBytes.Interleave(samples.AsSpan(0, pixels.Length), channels, pixels);
using FileStream file = File.Create(args[1]);
PngEncoder.Write(file, pixels, width, height, channels);
