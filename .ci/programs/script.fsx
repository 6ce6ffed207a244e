#r "nuget: Ddpm.Imaging, 0.1.0-ci"
#r "nuget: Ddpm.Models, 0.1.0-ci"
#r "nuget: TorchSharp-cpu, 0.107.0"
let first = TorchSharp.torch.zeros(2L)
open Ddpm.Core
open Ddpm.Imaging
open Ddpm.Models
let model = ModelFolder.Load fsi.CommandLineArgs[1]
let sampler = DdpmSampler(model.Network, model.Process.Respace 2)
let samples = sampler.Sample(model.Request(count = 2, seed = 1L))
ImageFile.SavePng(fsi.CommandLineArgs[2], ImageGrid.Compose(PixelConversion.ToBytes samples))
printfn "the script sampled %A" samples.shape
