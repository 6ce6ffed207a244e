using System.Globalization;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

// TorchSharp and libtorch: TorchDrawing FOLDER PICTURE STEPS [plain] draws one picture, compiled or layer by layer.
using TrainedModel model = ModelFolder.Load(args[0]);
if (args is [.., "plain"]) model.Network.Inference = InferenceOptions.Off;
int steps = int.Parse(args[2], CultureInfo.InvariantCulture);
ReverseDiffusion process = KnownSamplers.DpmSolver.Respace(model.Process, steps);
SamplingRequest request = model.Request(count: 1, seed: 1);
if (model.Network.ClassCount > 0) request = request with { Labels = [0] };
using Tensor sample = KnownSamplers.DpmSolver.Create(model.Network, process).Sample(request);
using Tensor pixels = PixelConversion.ToBytes(sample), picture = pixels[0];
ImageFile.SavePng(args[1], picture);
