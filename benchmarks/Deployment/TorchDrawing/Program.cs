using System.Globalization;
using Ddpm.Core;
using Ddpm.Imaging;
using Ddpm.Models;
using static TorchSharp.torch;

// TorchSharp and libtorch. TorchDrawing FOLDER PICTURE STEPS [COUNT] [plain] draws, compiled or layer by layer, all pictures in one batch,
// and writes the first. TorchDrawing create FOLDER makes a model folder of the CIFAR-10 network with random weights.
if (args is ["create", string folder])
{
    using var network = new UNet(UNetOptions.Cifar10, seed: 1);
    ModelFolder.Save(folder, network, new ReverseDiffusion(new LinearSchedule()));
    return;
}

using TrainedModel model = ModelFolder.Load(args[0]);
if (args is [.., "plain"]) model.Network.Inference = InferenceOptions.Off;
int steps = int.Parse(args[2], CultureInfo.InvariantCulture);
int count = args.Length > 3 && int.TryParse(args[3], CultureInfo.InvariantCulture, out int given) ? given : 1;
ReverseDiffusion process = KnownSamplers.DpmSolver.Respace(model.Process, steps);
SamplingRequest request = model.Request(count, seed: 1);
if (model.Network.ClassCount > 0) request = request with { Labels = new long[count] };
using Tensor samples = KnownSamplers.DpmSolver.Create(model.Network, process).Sample(request);
using Tensor pixels = PixelConversion.ToBytes(samples), picture = pixels[0];
ImageFile.SavePng(args[1], picture);
