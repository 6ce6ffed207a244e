using System.Globalization;
using Ddpm.Core;
using Ddpm.Inference;
using Ddpm.Onnx;

// ONNX Runtime without libtorch. OnnxDrawing export FOLDER MODEL makes an ONNX model of a model folder; OnnxDrawing MODEL PICTURE STEPS
// draws one picture with it.
if (args is ["export", string folder, string target])
{
    OnnxExport.Save(target, folder);
    return;
}

using InferenceModel model = OnnxInference.Load(args[0]);
var options = new InferenceSamplerOptions { Steps = int.Parse(args[2], CultureInfo.InvariantCulture) };
using InferenceSampler sampler = model.CreateSampler(SamplingMethod.DpmSolver, options);
float[] sample = sampler.Sample(new InferenceRequest { Seed = 1, Labels = model.Network.ClassCount > 0 ? [0] : null });
int channels = model.Network.InChannels, height = model.SampleShape!.Value[1], width = model.SampleShape.Value[2];
var pixels = new byte[sample.Length];
PixelBytes.Interleave(sample, channels, pixels);
using FileStream file = File.Create(args[1]);
PngEncoder.Write(file, pixels, width, height, channels);
